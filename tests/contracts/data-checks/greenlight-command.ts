import { Writable } from 'node:stream';
import { runCommandLine } from '../../../scripts/program.ts';
import { createScreen } from '../../../safety/screen.ts';

/** What a command printed, and its exit code. */
export interface CommandEnd {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** Runs the command line within this process, as a person would without a terminal. */
export async function greenlight(...args: string[]): Promise<CommandEnd> {
  return greenlightIn({ cwd: process.cwd(), env: {} }, ...args);
}

/** The same in another folder, with an environment. */
export async function greenlightIn(
  { cwd, env }: { readonly cwd: string; readonly env: Readonly<Record<string, string>> },
  ...args: string[]
): Promise<CommandEnd> {
  const texts = { out: '', err: '' };
  const stream = (name: 'out' | 'err'): Writable =>
    new Writable({
      write(chunk: Buffer, _encoding, done) {
        texts[name] += chunk.toString();
        done();
      },
    });
  const screen = createScreen({ out: stream('out'), err: stream('err'), env: {} });
  const context = { screen, env, cwd, interrupted: new AbortController().signal };
  return { code: await runCommandLine(args, context), ...texts };
}
