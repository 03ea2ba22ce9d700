import { readdirSync, readFileSync } from 'node:fs';

/** A process, told apart from a later one with the same id by when it started. */
export interface Seen {
  readonly pid: number;
  readonly startedAt: string;
  readonly command: string;
}

interface Stat {
  readonly state: string;
  readonly parent: number;
  readonly startedAt: string;
}

function statOf(pid: number): Stat | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The command in parentheses may hold spaces and parentheses itself.
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
    return { state: fields[0] ?? '', parent: Number(fields[1]), startedAt: fields[19] ?? '' };
  } catch {
    return undefined;
  }
}

/** All processes below one, however deep, as they are now. */
export function descendants(pid: number): Seen[] {
  const all = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((name) => ({ pid: Number(name), stat: statOf(Number(name)) }));
  const below = (parent: number): Seen[] =>
    all
      .filter((one) => one.stat?.parent === parent)
      .flatMap((one) => [
        { pid: one.pid, startedAt: one.stat?.startedAt ?? '', command: commandOf(one.pid) },
        ...below(one.pid),
      ]);
  return below(pid);
}

function commandOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim();
  } catch {
    return '(gone)';
  }
}

/** A zombie is dead: it only waits to be counted by whoever adopted it. */
export function alive(seen: Seen): boolean {
  const stat = statOf(seen.pid);
  return stat !== undefined && stat.startedAt === seen.startedAt && !['Z', 'X'].includes(stat.state);
}

/** Waits until all are gone; a bound for a broken implementation, not a measurement. @returns those that stayed */
export async function survivors(seen: readonly Seen[], withinMs = 20_000): Promise<readonly Seen[]> {
  const deadline = Date.now() + withinMs;
  for (;;) {
    const left = seen.filter(alive);
    if (left.length === 0 || Date.now() > deadline) return left;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
