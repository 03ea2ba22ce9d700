import type { Finding } from '../../contract/evidence/finding.ts';
import { holds } from '../../contract/flow/statement.ts';

/** What is said about one thing that alerting must do. */
export interface AlertAnswer {
  /** As a statement: `HighErrorRate is routed as planned`. */
  readonly about: string;
  readonly outcome: 'pass' | 'fail' | 'unknown';
  /** Where it is no pass. */
  readonly cause?: string;
  readonly measured: string;
  readonly expected: string;
  readonly remedy?: string;
}

/** One finding out of all answers: the worst one is told first. Pure. */
export function findingOf(check: string, answers: readonly AlertAnswer[]): Finding {
  const worst =
    answers.find(({ outcome }) => outcome === 'fail') ?? answers.find(({ outcome }) => outcome === 'unknown');
  const wrong = answers.filter(({ outcome }) => outcome !== 'pass');
  const statements = answers.map(({ about, outcome, measured, expected }) =>
    holds(about, outcome === 'pass', measured, expected),
  );
  const detail = { kind: 'probe' as const, statements };
  if (answers.length === 0)
    return {
      check,
      outcome: 'unknown',
      cause: 'nothing-compared',
      summary: 'Nothing was looked at: no rule is named, and none is exported',
      remedy: 'name the rules that must be there',
      sampleSize: 0,
    };
  if (worst === undefined)
    return {
      check,
      outcome: 'pass',
      summary: `All ${answers.length} statements about the alerts hold`,
      sampleSize: answers.length,
      detail,
    };
  const more = wrong.length > 1 ? `, and ${wrong.length - 1} more` : '';
  return {
    check,
    outcome: worst.outcome,
    ...(worst.cause === undefined ? {} : { cause: worst.cause }),
    summary: `"${worst.about}" ${worst.outcome === 'fail' ? 'does not hold' : 'cannot be told'}: ${worst.measured}${more}`,
    measured: worst.measured,
    expected: worst.expected,
    ...(worst.remedy === undefined ? {} : { remedy: worst.remedy }),
    sampleSize: answers.length,
    detail,
  };
}
