import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { Phase } from '../contract/evidence/outcome.ts';
import { policyOf } from '../contract/plan/people.ts';
import type { KeptStatement } from '../contract/verdict/kept-statement.ts';
import { Verdict } from '../contract/verdict/verdict.ts';
import { loadConfig } from '../host/load-config.ts';
import { keepStatement } from '../run/people/statements-file.ts';
import { keptLine } from '../signing/kept-statement.ts';
import type { Scene } from './system/example.ts';

const ROOT = path.resolve(import.meta.dirname, '..');

export interface PlanRun {
  readonly example: string;
  readonly phase: Phase;
  readonly scene: Scene;
  /** For the report and the ledger of this run. */
  readonly directory: string;
  /** Uses `dist`, which must be fresh, instead of the sources: it starts faster. */
  readonly built?: boolean;
  /** `NODE_OPTIONS` of its process; none where it is left out. */
  readonly nodeOptions?: string;
  readonly signal: AbortSignal;
}

export interface PlanEnd {
  readonly code: number | null;
  /** Undefined where the run left none. */
  readonly verdict: Verdict | undefined;
  /** What the command line printed. */
  readonly output: string;
}

/** Runs the plan of an example once, in a process of its own, as a pipeline would. */
export async function runPlan({
  example,
  phase,
  scene,
  directory,
  built,
  nodeOptions = '',
  signal,
}: PlanRun): Promise<PlanEnd> {
  const { release, commit } = scene.wanted(phase);
  const program =
    built === true ? ['dist/scripts/greenlight.js'] : ['--import', 'tsx', 'scripts/greenlight.ts'];
  const child = spawn(
    process.execPath,
    [
      ...program,
      'run',
      ...['--config', path.join(ROOT, 'examples', example, 'greenlight.config.mts')],
      ...[
        '--playwright',
        path.join(ROOT, built === true ? 'dist/playwright.config.js' : 'playwright.config.ts'),
      ],
      ...['--phase', phase, '--release', release, '--commit', commit],
      ...['--output', path.join(directory, 'report'), '--state', path.join(directory, 'state')],
    ],
    {
      cwd: ROOT,
      env: { ...process.env, NODE_OPTIONS: nodeOptions, VITEST: undefined, ...scene.env() },
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  );
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (part: Buffer) => (output += part.toString()));
  const stop = (): void => void child.kill('SIGINT');
  signal.addEventListener('abort', stop, { once: true });
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  signal.removeEventListener('abort', stop);
  const file = path.join(directory, 'report', 'verdict.json');
  const verdict = existsSync(file) ? Verdict.parse(JSON.parse(readFileSync(file, 'utf8'))) : undefined;
  return { code, verdict, output };
}

/** The moment between what a section needs and its signature, which must be newer. */
const SIGNED_AFTER_MS = 1000;

/**
 * Keeps the statements of everybody who is asked in a phase, as `greenlight attest` does before a run.
 * @param file the one that `people.file` of the plan names in this scene
 */
export async function stateEverything(about: {
  readonly example: string;
  readonly phase: Phase;
  readonly release: { readonly release: string; readonly commit: string };
  readonly file: string;
}): Promise<void> {
  const { example, phase, release, file } = about;
  const { plan } = await loadConfig(path.join(ROOT, 'examples', example));
  const now = Date.now();
  for (const { id, role, covers } of policyOf(plan, phase).attestations) {
    const statement: KeptStatement = {
      id,
      decision: 'attested',
      name: `stand-in of the ${role}`,
      role,
      at: new Date(now - (covers === undefined ? SIGNED_AFTER_MS : 0)).toISOString(),
      comment: 'made by npm run examples',
      seen: [],
      target: plan.target.name,
      release: { id: release.release, commit: release.commit },
      run: null,
    };
    await keepStatement(file, keptLine(statement, undefined));
  }
}

/**
 * What decides first: a check that is blocking, failed and not waived, in the order of the manifest; else a share of checks
 * that was not reached; else what a person refused. Of a verdict that should be INCONCLUSIVE, and where none of these is
 * there, a check of which nothing is known.
 */
export function firstAgainst(verdict: Verdict, wanted: 'NO_GO' | 'INCONCLUSIVE'): string | undefined {
  const { checks, groups, attestations } = verdict;
  const first = (wrong: 'failed' | 'unknown') =>
    checks.find(
      ({ severity, state, waiver }) => severity === 'blocking' && state === wrong && waiver === null,
    );
  return (
    first('failed') ??
    groups.find(({ state }) => state === 'failed') ??
    attestations.find(({ state }) => state === 'refused') ??
    (wanted === 'INCONCLUSIVE' ? first('unknown') : undefined)
  )?.id;
}
