import type { CheckState } from '../../contract/evidence/outcome.ts';
import type { CheckResult } from '../../contract/verdict/verdict.ts';
import { decidingFinding } from './deciding-finding.ts';
import { inHeadline } from './headline.ts';

/** Several checks without an answer, for one and the same cause: told once. */
export interface OneCause {
  readonly checks: readonly CheckResult[];
  readonly state: 'unknown' | 'not-run';
  /** What their summaries have in common. */
  readonly text: string;
  readonly remedy: string | undefined;
}

/** Fewer are told one by one. */
const LEAST = 3;
/** Names in one sentence; all of them stand in verdict and page. */
const MOST_NAMES = 12;

/** Only what says nothing about the target: failures are told one by one, each is a finding. */
const MAY_SHARE: Record<CheckState, boolean> = {
  unknown: true,
  'not-run': true,
  passed: false,
  empty: false,
  failed: false,
  flaky: false,
  'not-applicable': false,
};

/**
 * Puts checks together that have no answer for one cause, such as a database that refuses; all others stay single. In
 * the order of the first of each. Pure.
 */
export function byCause(checks: readonly CheckResult[]): readonly (CheckResult | OneCause)[] {
  const alike = new Map<string, CheckResult[]>();
  for (const [index, check] of checks.entries()) {
    const key = MAY_SHARE[check.state] ? causeOf(check) : `single ${index}`;
    const list = alike.get(key);
    if (list) list.push(check);
    else alike.set(key, [check]);
  }
  return [...alike.values()].flatMap((list): readonly (CheckResult | OneCause)[] => {
    const [first] = list;
    if (first === undefined || list.length < LEAST) return list;
    const same = list.every(({ summary }) => summary === first.summary);
    return [
      {
        checks: list,
        state: first.state === 'not-run' ? 'not-run' : 'unknown',
        text: same ? first.summary : reasonIn(first.summary),
        remedy: decidingFinding(first)?.remedy,
      },
    ];
  });
}

/** Whether this is several checks in one. */
export function isOneCause(one: CheckResult | OneCause): one is OneCause {
  return 'checks' in one;
}

const WORDS: Record<OneCause['state'], string> = { unknown: 'could not tell', 'not-run': 'did not run' };

/** `39 checks could not tell for one cause: connection refused (orders-preserved, customers-preserved)`. */
export function causeSentence({ checks, state, text }: OneCause): string {
  return `${checks.length} checks ${WORDS[state]} for one cause: ${inHeadline(text.replace(/[.\s]+$/, ''))} (${namesOf(checks)})`;
}

/** The ids of checks, as many as a person reads. */
export function namesOf(checks: readonly CheckResult[]): string {
  const names = checks.slice(0, MOST_NAMES).map(({ id }) => id);
  const more = checks.length - names.length;
  return more > 0 ? `${names.join(', ')} and ${more} more` : names.join(', ');
}

function causeOf(check: CheckResult): string {
  const remedy = decidingFinding(check)?.remedy;
  return JSON.stringify([check.state, check.severity, check.cause, remedy, reasonIn(check.summary)]);
}

/** Summaries name what they are about before the first colon, and the reason after it. */
function reasonIn(summary: string): string {
  const at = summary.indexOf(': ');
  return at === -1 ? summary : summary.slice(at + 2);
}
