import { spawn } from 'node:child_process';
import { QUICK_START } from '../../quick-start.ts';

/** A command that goes on while the test looks at it. */
export interface Started {
  /** The first match in what it prints. @throws when it ends without */
  says(pattern: RegExp): Promise<RegExpExecArray>;
  signal(signal: NodeJS.Signals): void;
  readonly ended: Promise<number | null>;
}

/** Starts Node with a script of an installed project, and without what this test process has of its own. */
export function startIn(
  directory: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Started {
  const clean = Object.entries(process.env).filter(
    ([name]) => !/^(GREENLIGHT_|VITEST|NODE_OPTIONS)/.test(name),
  );
  const child = spawn(process.execPath, [...args], {
    cwd: directory,
    env: { ...Object.fromEntries(clean), ...QUICK_START, FORCE_COLOR: '0', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  const listeners = new Set<() => void>();
  const hear = (chunk: Buffer): void => {
    output += chunk.toString();
    for (const listener of listeners) listener();
  };
  child.stdout.on('data', hear);
  child.stderr.on('data', hear);
  const ended = new Promise<number | null>((resolve) => void child.once('close', resolve));
  return {
    says: (pattern) =>
      new Promise((resolve, reject) => {
        const look = (): void => {
          const found = pattern.exec(output);
          if (found !== null) resolve(found);
        };
        listeners.add(look);
        look();
        void ended.then(() => reject(new Error(`it ended and said no ${String(pattern)}: ${output}`)));
      }),
    signal: (signal) => void child.kill(signal),
    ended,
  };
}
