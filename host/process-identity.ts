import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';

/** A process as another one can find it again: a pid alone is soon used by someone else. */
export interface ProcessIdentity {
  /** Machine, boot and pid namespace: only within one of these do pids mean anything. */
  readonly host: string;
  readonly pid: number;
  /** Start time in the kernel's ticks; null where there is no /proc. */
  readonly start: string | null;
}

/** Whether a process with this id is there; one that belongs to someone else counts. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** This process. */
export function ownIdentity(): ProcessIdentity {
  return { host: hostIdentity(), pid: process.pid, start: startOf(process.pid) };
}

/** Whether the process lives; `cannot-tell` when it is on another host. */
export function lifeOf(identity: ProcessIdentity): 'alive' | 'dead' | 'cannot-tell' {
  if (identity.host !== hostIdentity()) return 'cannot-tell';
  if (identity.pid === process.pid) return identity.start === startOf(process.pid) ? 'alive' : 'dead';
  if (!isAlive(identity.pid)) return 'dead';
  const start = startOf(identity.pid);
  if (identity.start !== null && start !== null && start !== identity.start) return 'dead';
  return isZombie(identity.pid) ? 'dead' : 'alive';
}

function hostIdentity(): string {
  const boot = readOptional('/proc/sys/kernel/random/boot_id');
  return [hostname(), boot, linkOptional('/proc/self/ns/pid')].filter((part) => part !== null).join(' ');
}

/** Fields of /proc/<pid>/stat after the command, which may itself hold spaces and parentheses. */
function statFields(pid: number): readonly string[] | null {
  const stat = readOptional(`/proc/${pid}/stat`);
  return stat === null ? null : stat.slice(stat.lastIndexOf(')') + 2).split(' ');
}

function startOf(pid: number): string | null {
  return statFields(pid)?.[19] ?? null;
}

function isZombie(pid: number): boolean {
  return statFields(pid)?.[0] === 'Z';
}

function readOptional(file: string): string | null {
  try {
    return readFileSync(file, 'utf8').trim();
  } catch {
    return null; // Not Linux, or the process is gone: both are answers here.
  }
}

function linkOptional(file: string): string | null {
  try {
    return readlinkSync(file);
  } catch {
    return null; // As above.
  }
}
