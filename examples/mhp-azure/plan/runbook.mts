/** What people do in the cut-over; `greenlight runbook` makes RUNBOOK.md of it. */
import type { PlanInput } from '../../../contract/index.ts';

const SWAP =
  'az functionapp deployment slot swap --resource-group mhp-brand-rg --name mhpbrandfunctions38e5971a';

export const runbook: NonNullable<PlanInput['runbook']> = {
  decides: 'release manager',
  triggers: ['A critical issue that no check sees'],
  steps: [
    {
      id: 'swap-slots',
      title: 'Swap staging into production',
      phase: 'cutover',
      who: 'release manager',
      minutes: 5,
      run: `${SWAP} --slot staging --target-slot production`,
      until: 'the command has ended with 0',
    },
    {
      id: 'look-at-insights',
      title: 'Keep Application Insights in sight for the first hour',
      phase: 'watch',
      who: 'on-call engineer',
      minutes: 60,
      hand: 'Live Metrics: failed requests, duration, processor. What no check sees is a trigger of the roll-back.',
    },
    {
      id: 'stop-traffic',
      title: 'Stop new traffic',
      phase: 'rollback',
      who: 'on-call engineer',
      minutes: 2,
      hand: 'Disable the route of the function app in Front Door.',
    },
    {
      id: 'swap-back',
      title: 'Swap the slots back',
      phase: 'rollback',
      who: 'release manager',
      minutes: 5,
      run: `${SWAP} --slot staging --target-slot production`,
      until: 'the health document says the release of before',
    },
    {
      id: 'open-traffic',
      title: 'Let traffic in again',
      phase: 'rollback',
      who: 'on-call engineer',
      minutes: 2,
      hand: 'Enable the route in Front Door. The fix goes to staging, and is judged there before the next cut-over.',
    },
  ],
};
