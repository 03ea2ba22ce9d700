import type { Fault } from '../../contract/evidence/evidence.ts';
import type { CheckState, Decision } from '../../contract/evidence/outcome.ts';
import type { Finding } from '../../contract/evidence/finding.ts';
import type { RoleMember } from '../../contract/verdict/policy.ts';
import type { AttestationResult, CheckResult, GroupResult } from '../../contract/verdict/verdict.ts';
import { numbers } from '../renderers/words.ts';
import { decidingFinding } from './deciding-finding.ts';
import { inHeadline, nameInWords } from './headline.ts';
import { WORST_DECISION } from './weigh-check.ts';
import { percent } from '../../contract/statistics/percent.ts';

/** One thing that stands against GO. */
export interface Reason {
  readonly decision: Exclude<Decision, 'GO'>;
  /** Among equal decisions the lower rank is told first: what explains the rest comes before it. */
  readonly rank: number;
  readonly text: string;
  /** Holds the answer at INCONCLUSIVE, whatever else was seen; told first. */
  readonly caps?: true;
}

export const REASON_RANK = {
  cut: -1,
  run: 0,
  cause: 1,
  check: 2,
  fault: 3,
  release: 4,
  group: 5,
  person: 6,
  rest: 7,
} as const;

/**
 * What caps the answer, then worst first: the first reason decides. Equal ones stay in the order in which they came,
 * which is that of the manifest.
 */
export function sortReasons(reasons: readonly Reason[]): readonly Reason[] {
  const weight = ({ caps, decision }: Reason): number => (caps ? 3 : WORST_DECISION[decision]);
  return [...reasons].sort((a, b) => weight(b) - weight(a) || a.rank - b.rank);
}

/** Faults that explain why checks are silent, or why the run has no end, are told before those. */
const RANK_OF_FAULT: Record<Fault['kind'], number> = {
  interrupted: REASON_RANK.cut,
  deadline: REASON_RANK.cut,
  runner: REASON_RANK.cause,
  reporter: REASON_RANK.cause,
  incomplete: REASON_RANK.cause,
  shards: REASON_RANK.cut,
  'unexpected-check': REASON_RANK.fault,
  'duplicate-check': REASON_RANK.fault,
  'clean-up': REASON_RANK.fault,
  other: REASON_RANK.fault,
};

export function faultReason(fault: Fault): Reason {
  return {
    decision: 'INCONCLUSIVE',
    rank: RANK_OF_FAULT[fault.kind],
    text: `${FAULT_WORDS[fault.kind]}: ${fault.message}`,
  };
}

/** What to call a kind of fault when talking to people. */
export const FAULT_WORDS: Record<Fault['kind'], string> = {
  runner: 'Test runner',
  reporter: 'Recorder',
  interrupted: 'Interrupted',
  deadline: 'Out of time',
  'unexpected-check': 'Unexpected check',
  'duplicate-check': 'Duplicate check',
  incomplete: 'Incomplete',
  'clean-up': 'Clean-up',
  shards: 'Shards',
  other: 'Fault',
};

const STATE_WORDS: Record<CheckState, string> = {
  passed: '',
  empty: '',
  failed: '',
  unknown: 'could not tell: ',
  flaky: 'flaky: ',
  'not-run': '',
  'not-applicable': 'says that it does not apply, which the policy does not allow: ',
};

/** `Every order was kept (orders-preserved): 12 orders are missing; measured 49,988 rows, expected 50,000 rows`. */
export function checkSentence(check: CheckResult): string {
  const seen = `${trimStop(check.summary)}${numbersOf(decidingFinding(check))}`;
  return `${nameInWords(check)}: ${STATE_WORDS[check.state]}${inHeadline(seen)}`;
}

function numbersOf(finding: Finding | undefined): string {
  if (!finding || finding.outcome === 'pass') return '';
  const unit = finding.unit === undefined ? '' : ` ${finding.unit}`;
  // Flows say it in their sentence already.
  if (
    finding.summary.includes(
      `${String(finding.measured)}${unit}, expected ${String(finding.expected)}${unit}`,
    )
  )
    return '';
  const words = numbers(finding);
  return words === undefined ? '' : `; ${words}`;
}

function trimStop(text: string): string {
  return text.replace(/[.\s]+$/, '');
}

export function groupReason(group: GroupResult): Reason | undefined {
  if (group.state === 'passed') return undefined;
  const need = `${neededShare(group)} and ${group.minimumCount} results are needed`;
  return {
    decision: group.state === 'failed' ? 'NO_GO' : 'INCONCLUSIVE',
    rank: REASON_RANK.group,
    text: `Group ${group.id}: ${group.passed} of ${group.of} passed; ${need}`,
  };
}

/** `at least 95 %`, or `more than 95 %`. */
export function neededShare({ minimumRatio, strictly }: GroupResult): string {
  return `${strictly === true ? 'more than' : 'at least'} ${percent(minimumRatio)}`;
}

export function attestationReason(attestation: AttestationResult): Reason | undefined {
  const { id, title, role, members = [], by, note } = attestation;
  const who = `${by?.name ?? 'someone'} (${role})`;
  const ask = members.length === 0 ? '' : `; it is for ${members.map(inWords).join(' or ')}`;
  const known = note === undefined ? '' : `; ${note}`;
  const against = (decision: Reason['decision'], text: string): Reason => ({
    decision,
    rank: REASON_RANK.person,
    text: `Attestation ${id}: ${text}`,
  });
  switch (attestation.state) {
    case 'attested':
      return undefined;
    case 'missing':
      return against('INCONCLUSIVE', `nobody with the role ${role} has attested "${title}"${ask}${known}`);
    case 'expired':
      return against('INCONCLUSIVE', `what ${who} said on "${title}" is ${note ?? 'too old'}${ask}`);
    case 'refused':
      return against('NO_GO', `${who} refused "${title}"${by?.comment ? `: ${by.comment}` : ''}`);
  }
}

/** `Bo (#dba)`. */
function inWords({ name, contact }: RoleMember): string {
  return contact === undefined ? name : `${name} (${contact})`;
}
