#!/usr/bin/env node
import { describeError } from '../contract/errors.ts';
import { EXIT } from '../contract/exit-codes.ts';
import { runCommandLine } from './program.ts';
import { createScreen } from '../safety/screen.ts';
import { SIGNING_KEY_ENV } from '../signing/configured-keys.ts';

/**
 * The process: streams, signals and the exit code. Everything else is in `runCommandLine`.
 * Main path: program.ts -> commands/run.ts -> run.ts -> runner.ts -> reporters/judge.ts -> run-publish.ts.
 */

/** npm passes Ctrl-C on although the terminal sent it to us as well: within this time it is the same keystroke. */
const SAME_KEYSTROKE_MS = 1000;

// Plans and keys are code of others in this process: whoever of them ends it, its code must be neither GO nor NO_GO.
const exit = process.exit.bind(process);
let ended = false;
process.on('exit', () => {
  if (!ended) process.exitCode = EXIT.INCONCLUSIVE;
});

function end(code: number): void {
  ended = true;
  // After all listeners that are there by now: whatever they set, ours is the last word.
  process.on('exit', () => {
    process.exitCode = code;
  });
  exit(code);
}

// Plans are code of others in this process, and what they start inherits its environment: the key is only in the copy.
const env = { ...process.env };
delete process.env[SIGNING_KEY_ENV];

const interruption = new AbortController();
const screen = createScreen({ out: process.stdout, err: process.stderr, env });
let interruptedAt: number | undefined;

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(signal, () => {
    if (interruptedAt === undefined) {
      interruptedAt = Date.now();
      screen.err('Interrupted: stopping and cleaning up. Once more ends it at once.');
      interruption.abort();
    } else if (Date.now() - interruptedAt > SAME_KEYSTROKE_MS) {
      end(EXIT.INTERRUPTED);
    }
  });
}

// `greenlight ... | head` closes the pipe. Without this, Node would end with 1 while a run is going on.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);

// Anything that escapes is a defect of ours: never 1, and never the code of a roll-back.
for (const event of ['uncaughtException', 'unhandledRejection'] as const) {
  process.on(event, (error: unknown) => {
    screen.err(describeError(error));
    end(EXIT.INCONCLUSIVE);
  });
}

const exitCode = await runCommandLine(process.argv.slice(2), {
  screen,
  env,
  cwd: process.cwd(),
  interrupted: interruption.signal,
});
end(exitCode);
