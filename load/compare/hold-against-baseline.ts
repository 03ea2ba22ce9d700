import path from 'node:path';
import type { Baseline } from '../../contract/load/baseline.ts';
import { GreenlightError } from '../../contract/errors.ts';
import type { Finding, FindingDetail } from '../../contract/evidence/finding.ts';
import type { LoadBaseline, LoadProfile } from '../../contract/load/load-profile.ts';
import type { Statement } from '../../contract/flow/statement.ts';
import { readBaseline } from './baseline-file.ts';
import {
  type BaselineAnswer,
  compareBaseline,
  type ComparedPercentile,
  fingerprintDifferences,
  fingerprintOf,
} from './compare-baseline.ts';

/** Causes of an unknown that says nothing about the run itself: it held its limits, and there was nothing to hold it against. */
export const WITHOUT_BASELINE: readonly string[] = ['no-baseline', 'baseline-foreign'];

interface Place {
  readonly profile: LoadProfile;
  /** Name of the target. */
  readonly target: string;
  readonly planFile: string | undefined;
}

/**
 * Holds a load that kept its limits also against the baseline that its profile names. What cannot be compared is
 * unknown: a baseline that is missing must not make the check easier than it was.
 */
export function holdAgainstBaseline(said: Finding, place: Place): Finding {
  const { baseline: wanted } = place.profile;
  const { detail } = said;
  // A limit that is broken is broken, whatever was before.
  if (wanted === undefined || detail?.kind !== 'load') return said;
  // Of connections that wait for their answers, a slow target makes few requests: what is too few for a pass may well
  // show that it is slower.
  const few = said.outcome === 'unknown' && said.cause === 'too-few-requests';
  if (said.outcome !== 'pass' && !few) return said;
  const held = againstBaseline(said, detail, wanted, place);
  return few && held.outcome !== 'fail' ? said : held;
}

function againstBaseline(
  said: Finding,
  detail: Extract<FindingDetail, { kind: 'load' }>,
  wanted: LoadBaseline,
  { profile, target, planFile }: Place,
): Finding {
  const unknown = (cause: string, problem: string, remedy: string): Finding => ({
    ...said,
    outcome: 'unknown',
    cause,
    summary: `It keeps its limits (${said.summary}), but ${problem}`,
    remedy,
  });
  const save = `save this run as the baseline: \`greenlight baseline save --from <report> --check ${profile.id} --file ${wanted.file}\``;
  if (planFile === undefined && !path.isAbsolute(wanted.file)) {
    return unknown(
      'plan-file-unknown',
      `where the baseline ${wanted.file} is goes by the plan file, and nothing says which that is`,
      'set GREENLIGHT_PLAN to the plan file, or start with `greenlight run`',
    );
  }
  let baseline: Baseline;
  try {
    baseline = readBaseline(path.resolve(path.dirname(planFile ?? ''), wanted.file));
  } catch (error) {
    if (!(error instanceof GreenlightError)) throw error;
    const missing = (error.cause as NodeJS.ErrnoException | undefined)?.code === 'ENOENT';
    return missing
      ? unknown('no-baseline', `there is no baseline ${wanted.file}`, save)
      : unknown('baseline-invalid', error.message, error.hint ?? save);
  }
  const entry = baseline.entries.find(({ check }) => check === profile.id);
  if (entry === undefined) {
    return unknown('no-baseline', `the baseline ${wanted.file} holds nothing about it`, `${save} --replace`);
  }
  const { result, setting } = detail;
  if (setting === undefined) throw new GreenlightError('INTERNAL', `${profile.id} does not say its setting`);
  const fingerprint = fingerprintOf(target, result, setting);
  const differing = fingerprintDifferences(entry.fingerprint, fingerprint);
  if (differing.length > 0) {
    return unknown(
      'baseline-foreign',
      `the baseline ${wanted.file} is of another place: ${differing.join('; ')}`,
      `measure in the same place, or ${save} --replace`,
    );
  }
  const answer = compareBaseline(entry, { fingerprint, result }, wanted);
  const named = `${wanted.file} of ${baseline.savedAt} (${baseline.digest.slice(0, 15)})`;
  const finding: Finding = {
    ...said,
    detail: {
      ...detail,
      statements: [
        ...detail.statements,
        ...answer.percentiles.map((percentile) => statementOf(percentile, wanted)),
      ],
    },
  };
  return withAnswer(finding, answer, named);
}

function withAnswer(finding: Finding, { outcome, reason }: BaselineAnswer, named: string): Finding {
  switch (outcome) {
    case 'pass':
      return { ...finding, summary: `${finding.summary}; against ${named}: ${reason}` };
    case 'fail':
      return {
        ...finding,
        outcome,
        cause: 'worse-than-baseline',
        summary: `Worse than the baseline ${named}: ${reason}`,
      };
    case 'unknown':
      return {
        ...finding,
        outcome,
        cause: 'baseline-undecided',
        summary: `It keeps its limits, but against the baseline ${named} nothing can be said: ${reason}`,
        remedy: 'lengthen durationS, save several runs in one baseline, or allow a larger margin',
      };
  }
}

/** As the comparison decided it, by intervals; the numbers alone would say less. */
function statementOf(
  { percentile, outcome, then, now }: ComparedPercentile,
  { margin }: LoadBaseline,
): Statement {
  const ms = (value: number): number | string =>
    Number.isFinite(value) ? Number(value.toFixed(2)) : 'unbounded';
  return {
    name: `${percentile} against the baseline`,
    ok: outcome === 'pass',
    measured: ms(now.value),
    expected: `at most ${Number((margin * 100).toFixed(1))} % above ${ms(then.value)}`,
    unit: 'ms',
  };
}
