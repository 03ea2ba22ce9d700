import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

/** Starts a script of this directory in a process of its own. */
export function startProcess(script: string, args: readonly string[]): ChildProcess {
  return spawn(
    process.execPath,
    ['--import', import.meta.resolve('tsx'), join(import.meta.dirname, script), ...args],
    { stdio: ['pipe', 'pipe', 'inherit'] },
  );
}

/** Waits for the end of a process; returns what it printed and how it ended. */
export async function ended(
  child: ChildProcess,
): Promise<{ output: string; code: number | null; signal: NodeJS.Signals | null }> {
  let output = '';
  child.stdout?.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const [code, signal] = (await once(child, 'close')) as [number | null, NodeJS.Signals | null];
  return { output, code, signal };
}

/** Waits until a process has printed this text. */
export async function said(child: ChildProcess, text: string): Promise<void> {
  let output = '';
  for await (const chunk of child.stdout ?? []) {
    output += String(chunk);
    if (output.includes(text)) return;
  }
  throw new Error(`the process ended without saying "${text}": ${output}`);
}
