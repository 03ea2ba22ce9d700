import { errorRate } from '../error-rate.ts';
import type { Finding } from '../../contract/evidence/finding.ts';
import { SOAK_SLICES, type LoadProfile } from '../../contract/load/load-profile.ts';
import type { LoadResult, LoadStage } from '../../contract/load/load-result.ts';
import { atLeast, atMost, holds, type Statement } from '../../contract/flow/statement.ts';
import { mergeResults } from '../merge-results.ts';
import type { StageRun } from './run-stages.ts';
import type { FindingDraft } from '../../contract/evidence/finding-draft.ts';

interface Said extends FindingDraft {
  readonly statements: readonly Statement[];
  /** What the numbers of the report are about. */
  readonly result: LoadResult;
}

/** A drift below this is nothing that anybody could feel, however large its share. */
const DRIFT_FLOOR_MS = 10;

/** Folds the levels of a profile into one finding. Pure. A level that could not be measured is never passed over. */
export function stagesFinding(profile: LoadProfile, runs: readonly StageRun[]): Finding {
  const [first] = runs;
  if (first === undefined) {
    return {
      check: profile.id,
      outcome: 'unknown',
      cause: 'no-samples',
      summary: 'No level was run',
      sampleSize: 0,
    };
  }
  if (profile.kind === 'baseline') return first.finding;
  const { statements, result, ...saying } = fold(profile, runs, first);
  return {
    check: profile.id,
    ...saying,
    sampleSize: result.requests,
    detail: { kind: 'load', result, statements: [...statements], stages: runs.map(shownStage) },
  };
}

function fold(profile: LoadProfile, runs: readonly StageRun[], first: StageRun): Said {
  if (first.finding.outcome !== 'pass') return asSaid(first, 'already');
  if (profile.kind === 'ramp') return knee(profile, runs, first);
  const bad =
    runs.find(({ finding }) => finding.outcome === 'fail') ??
    runs.find(({ finding }) => finding.outcome !== 'pass');
  const result = mergeResults(
    runs.map((run) => run.result),
    'in-turn',
  );
  if (profile.kind === 'stress') return stress(profile, runs, first, result);
  if (bad !== undefined) return { ...asSaid(bad, ''), result };
  const expected = profile.kind === 'soak' ? SOAK_SLICES : 3;
  if (runs.length < expected) return notToTheEnd(runs, result);
  if (profile.kind === 'soak') return drift(profile, runs, result);
  return {
    outcome: 'pass',
    summary: `${levelText(runs[1] ?? first)} was answered, and ${levelText(first)} held before and after it`,
    statements: runs.flatMap(statementsOf),
    result,
  };
}

/** The knee is the highest level that held, with every level below it. */
function knee(profile: LoadProfile, runs: readonly StageRun[], first: StageRun): Said {
  const steps = runs.filter(({ stage }) => stage.role === 'step');
  const after = runs.find(({ stage }) => stage.role === 'after');
  const ordered = [...steps].sort((a, b) => a.stage.level - b.stage.level);
  const at = ordered.findIndex(({ finding }) => finding.outcome !== 'pass');
  const held = (at === -1 ? ordered.at(-1) : ordered[at - 1]) ?? first;
  const next = at === -1 ? undefined : ordered[at];
  if (after !== undefined && after.finding.outcome !== 'pass') return asSaid(after, '');
  const ended = next === undefined ? held.stage.level >= (profile.peak ?? 0) : after !== undefined;
  if (!ended) return notToTheEnd(runs, held.result);
  const reached = perSecond(held.result);
  const least = profile.thresholds.minimumRate;
  const rate =
    least === undefined ? [] : [rounded(atLeast('requests per second at the knee', reached, least, '1/s'))];
  const said = {
    statements: [...statementsOf(held), ...rate],
    result: held.result,
    measured: held.stage.level,
    unit: unitOf(profile),
  };
  const enough = least === undefined || reached >= least;
  const top = `${levelText(held)} (${reached.toFixed(1)} requests a second) is the highest level that holds`;
  if (next === undefined) {
    const summary = `${levelText(held)} (${reached.toFixed(1)} requests a second) still holds: the knee lies above`;
    if (enough) return { ...said, outcome: 'pass', summary };
    return {
      ...said,
      outcome: 'unknown',
      cause: 'knee-above',
      summary: `${summary}, but that is less than ${least}/s`,
      remedy: 'raise peak',
    };
  }
  if (next.finding.outcome === 'fail') {
    const summary = `${top}; at ${levelText(next)}: ${next.finding.summary}`;
    if (enough) return { ...said, outcome: 'pass', summary };
    return {
      ...said,
      outcome: 'fail',
      cause: 'knee-too-low',
      summary,
      expected: `>= ${least} requests a second`,
    };
  }
  const why = `${levelText(next)} could not be measured: ${next.finding.summary}`;
  if (enough && least !== undefined) {
    return { ...said, outcome: 'pass', summary: `${levelText(held)} holds, which is enough; ${why}` };
  }
  return {
    ...said,
    outcome: 'unknown',
    cause: 'knee-not-found',
    summary: `${levelText(held)} holds, but the knee was not found: ${why}`,
    ...(next.finding.remedy === undefined ? {} : { remedy: next.finding.remedy }),
  };
}

/** Whatever breaks on the way up is told; what decides is that the usual level holds afterwards, and `atPeak`. */
function stress(profile: LoadProfile, runs: readonly StageRun[], first: StageRun, result: LoadResult): Said {
  const after = runs.find(({ stage }) => stage.role === 'after');
  const peaks = runs.filter(({ stage }) => stage.role === 'peak');
  const broke = peaks.find(({ finding }) => finding.outcome === 'fail');
  const notSeen = peaks.find(({ finding }) => finding.outcome !== 'pass' && finding.outcome !== 'fail');
  // What is broken stays broken, whatever could not be told beside it.
  if (after?.finding.outcome === 'fail') return { ...asSaid(after, ''), result };
  if (broke !== undefined && profile.atPeak !== undefined) return { ...asSaid(broke, ''), result };
  if (after !== undefined && after.finding.outcome !== 'pass') return { ...asSaid(after, ''), result };
  if (notSeen !== undefined) return { ...asSaid(notSeen, ''), result };
  if (after === undefined) return notToTheEnd(runs, result);
  const bent = broke === undefined ? 'nothing broke' : `it broke at ${levelText(broke)}`;
  const recovered = holds('holds again after the stress', true, after.finding.summary, 'the thresholds');
  return {
    outcome: 'pass',
    summary: `Up to ${levelText(peaks.at(-1) ?? first)} ${bent}, and ${levelText(after)} holds again`,
    statements: [...statementsOf(first), ...statementsOf(after), recovered],
    result,
  };
}

/** What is missing at the end is what would have shown whether the target recovers, or becomes slower. */
function notToTheEnd(runs: readonly StageRun[], result: LoadResult): Said {
  return {
    outcome: 'unknown',
    cause: 'interrupted',
    summary: `Only the first ${runs.length} levels were run, so what comes after them was not seen`,
    remedy: 'let it run to its end',
    statements: runs.flatMap(statementsOf),
    result,
  };
}

/** Compares the first third of the slices with the last one, by merged histograms. */
function drift(profile: LoadProfile, runs: readonly StageRun[], result: LoadResult): Said {
  const third = Math.max(1, Math.floor(runs.length / 3));
  const p95 = (some: readonly StageRun[]): number =>
    mergeResults(
      some.map((run) => run.result),
      'in-turn',
    ).latency?.p95 ?? NaN;
  const [early, late] = [p95(runs.slice(0, third)), p95(runs.slice(-third))];
  if (!Number.isFinite(early) || !Number.isFinite(late)) {
    const summary = 'The slices have no latencies to compare';
    return { outcome: 'unknown', cause: 'no-samples', summary, statements: [], result };
  }
  const limit = Math.max(early * (1 + profile.maxDrift), early + DRIFT_FLOOR_MS);
  const statement = rounded(atMost('p95 of the last third', late, Number(limit.toFixed(2)), 'ms'));
  const said = { statements: [...runs.flatMap(statementsOf), statement], result };
  const change = `p95 was ${early.toFixed(1)} ms in the first third and ${late.toFixed(1)} ms in the last`;
  if (statement.ok) return { ...said, outcome: 'pass', summary: `Every slice held; ${change}` };
  const { measured, expected } = statement;
  return {
    ...said,
    outcome: 'fail',
    cause: 'drift',
    summary: `It becomes slower: ${change}`,
    measured,
    expected,
    unit: 'ms',
  };
}

/** What one level said, as what the whole profile says. */
function asSaid({ finding, stage, result }: StageRun, when: string): Said {
  const { outcome, summary, cause, remedy, measured, expected, unit } = finding;
  const where = `${when === '' ? '' : `${when} at the `}${stage.name} (${stage.level} ${unitOf(stage.profile)})`;
  return {
    outcome,
    summary: `${where}: ${summary}`.replace(/^./, (letter) => letter.toUpperCase()),
    ...(cause === undefined ? {} : { cause }),
    ...(remedy === undefined ? {} : { remedy }),
    ...(measured === undefined ? {} : { measured }),
    ...(expected === undefined ? {} : { expected }),
    ...(unit === undefined ? {} : { unit }),
    statements: statementsOf({ finding, stage, result }),
    result,
  };
}

function statementsOf({ finding, stage }: StageRun): readonly Statement[] {
  if (finding.detail?.kind !== 'load') return [];
  return finding.detail.statements.map((statement) => ({
    ...statement,
    name: `${stage.name} (${stage.level} ${unitOf(stage.profile)}): ${statement.name}`,
  }));
}

function shownStage({ stage, result, finding }: StageRun): LoadStage {
  return {
    name: stage.name,
    level: stage.level,
    unit: unitOf(stage.profile),
    outcome: finding.outcome,
    requests: result.requests,
    achievedRate: result.achievedRate,
    errorRate: result.requests === 0 ? null : errorRate(result),
    p95: result.latency?.p95 ?? null,
  };
}

function levelText({ stage }: StageRun): string {
  return stage.profile.rate === undefined
    ? `${stage.level} connection${stage.level === 1 ? '' : 's'}`
    : `${stage.level} arrivals a second`;
}

function unitOf(profile: LoadProfile): LoadStage['unit'] {
  return profile.rate === undefined ? 'connections' : '1/s';
}

function perSecond(result: LoadResult): number {
  return result.durationMs > 0 ? result.requests / (result.durationMs / 1000) : 0;
}

function rounded(statement: Statement): Statement {
  return typeof statement.measured === 'number'
    ? { ...statement, measured: Number(statement.measured.toFixed(2)) }
    : statement;
}
