import path from 'node:path';
import { describeError } from '../contract/errors.ts';
import { Phase } from '../contract/evidence/outcome.ts';
import { type AskedRun, unplannedVerdict } from '../reporters/started-verdict.ts';
import type { ProcessContext } from '../safety/process-context.ts';
import { createRedactor } from '../safety/redactor.ts';
import { writeVerdict } from './publish-evidence.ts';
import { reportFiles } from '../host/report-files.ts';
import { markInUse, refuseWhileInUse, unmarkInUse } from './report-in-use.ts';
import { retireVerdict } from './retire-verdict.ts';

/** Where `greenlight run` writes unless told otherwise. */
export const DEFAULT_OUTPUT = 'greenlight-report';

/** Where `greenlight synthetic` does. */
export const PASS_OUTPUT = 'greenlight-synthetic';

/** What a command leaves: its report unless told otherwise, and the phase where it has but one. */
interface Leaves {
  readonly output: string;
  readonly phase?: Phase;
}

/** Commands that leave a verdict, by their names. */
const LEAVES: ReadonlyMap<string, Leaves> = new Map<string, Leaves>([
  ['run', { output: DEFAULT_OUTPUT }],
  ['merge', { output: DEFAULT_OUTPUT }],
  ['synthetic', { output: PASS_OUTPUT, phase: 'synthetic' }],
]);

const ASKED = 'The run was asked for, and its plan has not been read to the end.';

/** The verdict file of a run that has no plan yet. */
export interface AskedVerdict {
  /** Puts the reason into the file. Never throws: what stands there is no GO either way. */
  refuse(error: unknown): void;
  /** Gives the report directory back, once nothing more is written there. Never throws. */
  done(): void;
}

type Place = Pick<ProcessContext, 'screen' | 'env' | 'cwd'>;

/**
 * Replaces the verdict of an earlier run, before anything is loaded: from here on a verdict is on disk and it is no GO,
 * whatever becomes of the run.
 * @param output the report directory, relative to `cwd`
 * @param because why there is no answer yet
 * @param share whether others may write parts of the same run there at the same time
 * @throws GreenlightError REPORT_IN_USE while another run writes its report there, and as `retireVerdict`
 */
export function askVerdict(
  place: Place,
  output: string,
  asked: Partial<AskedRun>,
  because: string = ASKED,
  share = false,
): AskedVerdict {
  const files = reportFiles(path.resolve(place.cwd, output));
  const run: AskedRun = {
    phase: asked.phase ?? 'post-cutover',
    nonce: asked.nonce ?? '',
    wanted: asked.wanted ?? null,
    at: asked.at ?? new Date().toISOString(),
  };
  refuseWhileInUse(files);
  retireVerdict(place.cwd, output, () => {
    writeVerdict(files, unplannedVerdict(run, because));
    // Second: on a full disk this fails too, and the old GO must be gone by then.
    if (!share) markInUse(files);
  });
  return {
    refuse(error) {
      // No plan, so no redactor of its own yet: what the environment calls a secret must not reach the file.
      const text = createRedactor({ env: place.env }).text(place.screen.clean(describeError(error)));
      try {
        writeVerdict(files, unplannedVerdict(run, `Nothing was run: ${text}`));
      } catch (cause) {
        place.screen.err(describeError(cause));
      }
    },
    done() {
      try {
        unmarkInUse(files);
      } catch (cause) {
        place.screen.err(describeError(cause));
      }
    },
  };
}

/**
 * The same for a command line that could not be read: as much of it as can be found. Does nothing for a command that leaves
 * no verdict. Never throws.
 */
export function refuseCommandLine(place: Place, argv: readonly string[], error: unknown): void {
  const leaves = LEAVES.get(argv[0] ?? '');
  if (leaves === undefined) return;
  const phase = Phase.safeParse(leaves.phase ?? valueOf(argv, ['--phase']));
  const nonce = valueOf(argv, ['--nonce']);
  try {
    const asked = askVerdict(place, valueOf(argv, ['--output', '-o']) ?? leaves.output, {
      ...(phase.success ? { phase: phase.data } : {}),
      ...(nonce === undefined ? {} : { nonce }),
    });
    asked.refuse(error);
    asked.done();
  } catch (cause) {
    place.screen.err(describeError(cause));
  }
}

/** `--name value` or `--name=value`. */
function valueOf(argv: readonly string[], names: readonly string[]): string | undefined {
  for (const [index, argument] of argv.entries()) {
    if (names.includes(argument)) return argv[index + 1];
    const name = names.find((one) => argument.startsWith(`${one}=`));
    if (name !== undefined) return argument.slice(name.length + 1);
  }
  return undefined;
}
