import type { Baseline, BaselineEntry } from '../../contract/load/baseline.ts';
import { GreenlightError, type Problem } from '../../contract/errors.ts';
import { sealBaseline } from '../../load/compare/baseline-file.ts';
import { fingerprintDifferences } from '../../load/compare/compare-baseline.ts';
import { ownVersion } from '../../host/package-root.ts';
import type { MeasuredCheck, MeasuredRun } from './measured-run.ts';

const OTHERS = 'name the checks that the baseline should hold with --check';

/**
 * A baseline of what passing runs measured. Pure.
 * @param checks ids of load checks; all of the first run when empty
 * @throws GreenlightError BASELINE_REFUSED with everything that keeps the runs from being a baseline
 */
export function makeBaseline(
  runs: readonly MeasuredRun[],
  checks: readonly string[],
  savedAt: string,
): Baseline {
  const problems: Problem[] = runs
    .filter(({ decision }) => decision !== 'GO')
    .map(({ directory, decision, reason }) => ({
      path: directory,
      value: decision,
      problem: `is no passing run: ${reason}`,
      remedy: 'save a baseline from a run that answered GO',
    }));
  const wanted = checks.length > 0 ? checks : (runs[0]?.checks ?? []).map(({ check }) => check);
  if (wanted.length === 0) {
    problems.push({
      path: runs[0]?.directory ?? 'the runs',
      value: 'no load',
      problem: 'holds no load check, so there is nothing to compare later',
      remedy: 'run a phase in which the plan has a load profile',
    });
  }
  const entries = wanted.flatMap((check) => entryOf(check, runs, problems) ?? []);
  if (problems.length > 0) {
    throw new GreenlightError('BASELINE_REFUSED', 'these runs cannot be a baseline', { problems });
  }
  return sealBaseline({ schema: 'greenlight/baseline@1', savedAt, greenlight: ownVersion(), entries });
}

function entryOf(
  check: string,
  runs: readonly MeasuredRun[],
  problems: Problem[],
): BaselineEntry | undefined {
  const kept: BaselineEntry['runs'] = [];
  let first: MeasuredCheck['measured'];
  let title = check;
  for (const run of runs) {
    const found = run.checks.find((one) => one.check === check);
    const refused = refusalOf(run, found, check);
    if (refused !== undefined) problems.push(refused);
    const measured = found?.measured;
    if (found === undefined || measured === undefined) continue;
    title = found.title;
    first ??= measured;
    const differing = fingerprintDifferences(first.fingerprint, measured.fingerprint);
    if (differing.length > 0) {
      problems.push({
        path: `${run.directory}: ${check}`,
        value: 'another fingerprint',
        problem: `is not like the first run: ${differing.join('; ')}`,
        remedy: 'a baseline holds runs of one place; save another file for the other one',
      });
    }
    kept.push({ ...run.head, result: measured.result });
  }
  return first === undefined ? undefined : { check, title, fingerprint: first.fingerprint, runs: kept };
}

function refusalOf(run: MeasuredRun, found: MeasuredCheck | undefined, check: string): Problem | undefined {
  const path = `${run.directory}: ${check}`;
  if (found === undefined) {
    return { path, value: 'nothing', problem: 'is no load check of that run', remedy: OTHERS };
  }
  const { state, finding, measured } = found;
  if (state !== 'passed' || finding?.outcome !== 'pass') {
    return {
      path,
      value: state,
      problem: `did not pass: ${finding?.summary ?? 'it was not run'}`,
      remedy: OTHERS,
    };
  }
  if (finding.detail?.kind === 'load' && finding.detail.stages?.some(({ name }) => name === 'step')) {
    return {
      path,
      value: 'a ramp',
      problem: 'looks for its level anew each time, so there is no level to compare',
      remedy: OTHERS,
    };
  }
  if (measured === undefined || measured.result.histogram === null) {
    return {
      path,
      value: 'no fingerprint',
      problem: 'does not say in what place it was measured',
      remedy: 'run it again with this version',
    };
  }
  return undefined;
}
