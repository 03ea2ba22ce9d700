import type { Decision } from '../../../contract/evidence/outcome.ts';
import type { Verdict } from '../../../contract/verdict/verdict.ts';
import { flat } from '../flat.ts';
import { messageOf } from './message.ts';

const SEVERITIES: Record<Decision, 'critical' | 'warning' | 'info'> = {
  GO: 'info',
  NO_GO: 'critical',
  INCONCLUSIVE: 'warning',
};
const MOST_SUMMARY = 1024;
const MOST_KEY = 255;

/**
 * An event for PagerDuty's Events API v2, without its routing key. GO resolves what an earlier verdict on the same
 * target and phase has triggered.
 */
export function renderPagerduty(verdict: Verdict, report: string | undefined): string {
  const { decision, subject, run, decidedAt } = verdict;
  const message = messageOf(verdict, report);
  return JSON.stringify({
    event_action: decision === 'GO' ? 'resolve' : 'trigger',
    dedup_key: flat(`greenlight/${run.phase}/${subject.target}`, MOST_KEY),
    payload: {
      summary: flat(`${message.headline}. ${message.reason}`, MOST_SUMMARY),
      source: flat(subject.target, MOST_KEY),
      severity: SEVERITIES[decision],
      timestamp: decidedAt,
      component: run.phase,
      class: 'deploy verdict',
      custom_details: {
        decision,
        meaning: message.meaning,
        reasons: [message.reason, ...message.others],
        more_reasons: message.left,
        release: subject.wanted,
        run: run.id,
      },
    },
    client: 'Greenlight',
    ...(report === undefined ? {} : { client_url: report, links: [{ href: report, text: 'Report' }] }),
  });
}
