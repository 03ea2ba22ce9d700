/**
 * Who hears of what the five-minute job finds, lines 403 to 406 of the document: critical goes to whoever is on call, the
 * rest to the team; what it costs and what is about security to their own. The keys are needed by that job alone.
 */
import { secret, type PlanInput } from '../../../contract/index.ts';

const slack = (name: string) => ({ adapter: 'slack' as const, url: secret(name) });

export const notify: NonNullable<PlanInput['notify']> = {
  channels: {
    'on-call': { adapter: 'pagerduty', routingKey: secret('SAMIA_PAGERDUTY_KEY') },
    team: slack('SAMIA_SLACK_WEBHOOK'),
    finance: slack('SAMIA_FINANCE_WEBHOOK'),
    'engineering-leads': slack('SAMIA_LEADS_WEBHOOK'),
    security: slack('SAMIA_SECURITY_WEBHOOK'),
  },
  routes: [
    { kinds: ['budget'], to: ['finance', 'engineering-leads'] },
    { kinds: ['security'], to: ['security', 'on-call'] },
    { urgency: 'critical', to: ['on-call', 'team'] },
    { to: ['team'] },
  ],
  checks: {
    'budget-is-kept': { kind: 'budget', level: 'P3' },
    'policies-match-guards': { kind: 'security', nextStep: 'Look at the ids: whose rows does who see?' },
  },
};
