import { type CannotTell, Unavailable } from '../contract/cannot-tell.ts';
import type { Finding, StateReport } from '../contract/evidence/finding.ts';
import { unknownFinding } from '../contract/evidence/unknown-finding.ts';
import type { StateCheckId } from '../contract/plan/state-checks.ts';
import type { StateExclusion, StatePlan } from '../contract/plan/state-plan.ts';
import { undecidedReason } from './postgres/state/show-change.ts';
import type { StateFinding, StateResult } from './postgres/state/state.ts';

/** Findings that a report shows of one check. */
const MOST_FINDINGS = 50;

const COMPARE_BY_HAND =
  'Compare both texts by hand; where they mean the same, name the object in data.state.except, with the reason';

/** What one state check means for the plan. Pure. What could not be read never passes. */
export function stateFinding(
  check: StateCheckId,
  plan: StatePlan,
  result: StateResult | Unavailable,
): Finding {
  if (result instanceof Unavailable) return notChecked(check, result);
  if (result.answer === 'not-checked' && result.undecided.length === 0) {
    const remedy = 'Make it readable for this role on both sides, then repeat';
    return notChecked(check, { word: 'not-checked', message: result.reason ?? 'nobody knows why', remedy });
  }
  const exclusions = plan.except.filter((one) => one.check === check && one.objects !== undefined);
  const pardoned = result.findings.map((finding) => ({
    finding,
    because: exclusions.find((one) => matches(one, finding))?.because,
  }));
  const doubts = result.undecided.map((one) => ({
    finding: one,
    because: exclusions.find((exclusion) => matches(exclusion, one))?.because,
  }));
  const undecided = doubts.flatMap(({ finding, because }) => (because === undefined ? [finding] : []));
  const standing = pardoned.flatMap(({ finding, because }) => (because === undefined ? [finding] : []));
  const broken = standing.filter(
    ({ severity }) => severity === 'blocking' || plan.severity[check] === 'blocking',
  );
  const report: StateReport = {
    examined: result.examined,
    findings: [...broken, ...standing.filter((one) => !broken.includes(one))]
      .slice(0, MOST_FINDINGS)
      .map((one) => ({
        severity: broken.includes(one) ? 'blocking' : 'advisory',
        object: one.object,
        summary: one.summary,
        remedy: one.remedy,
      })),
    more: Math.max(0, standing.length - MOST_FINDINGS),
    letPass: [...pardoned, ...doubts].flatMap(({ finding, because }) =>
      because === undefined ? [] : [{ object: finding.object, because }],
    ),
    undecided: undecided.slice(0, MOST_FINDINGS),
    unjudged: result.unjudged.slice(0, MOST_FINDINGS),
  };
  const common = {
    check,
    measured: broken.length,
    expected: 0,
    unit: broken.length === 1 ? 'fault' : 'faults',
    sampleSize: result.examined,
    detail: { kind: 'state', state: report } as const,
  };
  const [first] = broken;
  if (first === undefined && undecided.length > 0) {
    const message = undecidedReason(undecided);
    const doubt = notChecked(check, { word: 'not-compared', message, remedy: COMPARE_BY_HAND });
    return { ...doubt, sampleSize: result.examined, detail: common.detail };
  }
  if (first === undefined) {
    const [warning] = standing;
    const noted = [
      standing.length > 0 ? `with ${some(standing.length, 'warning')}: ${warning?.summary ?? ''}` : '',
      ...result.unjudged.map((text) => `not looked at: ${text}`),
      report.letPass.length > 0 ? `${report.letPass.length} let pass by the plan` : '',
    ].filter(Boolean);
    return {
      ...common,
      outcome: 'pass',
      summary: [`${some(result.examined, 'thing')} looked at`, ...noted].join(', '),
    };
  }
  const others = broken.length - 1;
  return {
    ...common,
    outcome: 'fail',
    cause: 'state-broken',
    summary: `${first.summary}${others > 0 ? `, and ${others} more` : ''}`,
    ...(first.remedy === '' ? {} : { remedy: first.remedy }),
  };
}

/** The finding of a check that the plan leaves out as a whole. */
export function leftOut(check: StateCheckId, because: string): Finding {
  return { check, outcome: 'not-applicable', cause: 'left-out', summary: `Left out by the plan: ${because}` };
}

function notChecked(check: StateCheckId, why: Pick<CannotTell, 'word' | 'message' | 'remedy'>): Finding {
  return unknownFinding(check, why, { summary: `Not checked: ${why.message}` });
}

function matches(exclusion: StateExclusion, finding: Pick<StateFinding, 'object'>): boolean {
  return (exclusion.objects ?? []).some((pattern) => {
    const parts = pattern.split('*').map((part) => part.replace(/[\\^$.+?()[\]{}|]/g, '\\$&'));
    return new RegExp(`^${parts.join('.*')}$`, 's').test(finding.object);
  });
}

function some(number: number, word: string): string {
  return `${number} ${word}${number === 1 ? '' : 's'}`;
}
