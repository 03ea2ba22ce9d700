import { createWriteStream, mkdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { pathToFileURL } from 'node:url';
import { FROM_SOURCE, ownModule } from '../host/package-root.ts';
import { startGroup } from '../host/process-group.ts';
import { markReport, reportFiles } from '../host/report-files.ts';

/** How far a run is. */
export interface RunProgress {
  /** What it does now, in its own words. */
  readonly stage: string;
  readonly checksEnded: number;
}

/** A run as a process of its own. */
export interface RunProcess {
  progress(): RunProgress;
  /** Its exit code; null when it was killed. */
  readonly exited: Promise<number | null>;
  /** Lets it clean up, and kills it after a while. */
  stop(): Promise<void>;
}

/** Starts `greenlight` with these arguments. The report directory exists then. */
export type StartRun = (args: readonly string[], output: string) => Promise<RunProcess>;

/** A run removes its test data when it is interrupted; Playwright alone is given 15 seconds. */
const GRACE_MS = 45_000;

/**
 * Starts runs in `cwd`. Nothing of the gate's own secrets is in their environment.
 */
export function createRunStarter(cwd: string, environment: NodeJS.ProcessEnv): StartRun {
  const env = Object.fromEntries(
    Object.entries(environment).filter(([name]) => !name.startsWith('GREENLIGHT_GATE_')),
  );
  return async (args, output) => {
    mkdirSync(output, { recursive: true });
    // The log is there before the run is, which refuses a directory with files of others.
    markReport(reportFiles(output));
    const group = await startGroup(
      process.execPath,
      [...loader(), ownModule('scripts/greenlight'), ...args],
      {
        cwd,
        env: { ...env, NO_COLOR: '1' },
        stdio: ['ignore', 'ignore', 'pipe'],
      },
    );
    let progress: RunProgress = { stage: 'starting', checksEnded: 0 };
    const log = createWriteStream(path.join(output, 'gate-run.log'), { mode: 0o600 });
    // A full disk must not end the gate; the run itself will say so.
    log.on('error', () => undefined);
    if (group.child.stderr !== null) {
      createInterface({ input: group.child.stderr }).on('line', (line) => {
        log.write(`${line}\n`);
        progress = advanced(progress, line);
      });
    }
    return {
      progress: () => progress,
      exited: group.exited.then(({ code }) => {
        log.end();
        return code;
      }),
      stop: () => group.stop(GRACE_MS),
    };
  };
}

/** Reads what run/progress.ts writes. */
function advanced(before: RunProgress, line: string): RunProgress {
  const [, stage] = /^▸ (.+)$/.exec(line) ?? [];
  if (stage !== undefined) return { ...before, stage: stage.slice(0, 100) };
  return /^ {2}[✓✗] /.test(line) ? { ...before, checksEnded: before.checksEnded + 1 } : before;
}

/** From source, Node needs tsx, found from here so that the directory of the plan does not matter. */
function loader(): readonly string[] {
  if (!FROM_SOURCE) return [];
  return ['--import', pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href];
}
