/** What people do in the cut-over, for `greenlight runbook`. */
import type { PlanInput } from '../../../contract/index.ts';

const SWAP =
  'az functionapp deployment slot swap --resource-group mhp-brand-rg --name mhpbrandfunctions38e5971a --slot staging --target-slot production';

export const runbook: NonNullable<PlanInput['runbook']> = {
  decides: 'release manager',
  steps: [
    {
      id: 'validate-staging',
      title: 'Validate the staging slot',
      phase: 'preflight',
      who: 'release manager',
      minutes: 10,
      run: 'npx greenlight run --phase preflight --release "$RELEASE"',
      until: 'it answers GO',
    },
    {
      id: 'swap-slots',
      title: 'Swap staging into production',
      phase: 'cutover',
      who: 'release manager',
      minutes: 3,
      // Levels begin there; without it they are unknown.
      run: [SWAP, 'export MHP_SWAPPED_AT="$(date -u +%Y-%m-%dT%H:%M:%SZ)"'],
      until: 'az ends with 0',
    },
    {
      id: 'verify-production',
      title: 'Ten minutes after the swap, in the same terminal: verify production',
      phase: 'post-cutover',
      who: 'release manager',
      minutes: 10,
      run: 'npx greenlight run --phase post-cutover --release "$RELEASE"',
      until: 'it answers GO; on NO_GO the pipeline swaps back',
    },
    {
      id: 'look-at-live-metrics',
      title: 'Look at the Live Metrics Stream',
      phase: 'post-cutover',
      who: 'on-call engineer',
      minutes: 10,
      hand: 'Application Insights, Live Metrics: request rate, failed requests, response time, CPU and memory.',
    },
    {
      id: 'report-hourly',
      title: 'Report the state every hour for 24 hours, then daily for a week',
      phase: 'watch',
      who: 'on-call engineer',
      run: [
        'npx greenlight run --phase watch --release "$RELEASE"',
        'npx greenlight history --summary hourly',
        'npx greenlight history --summary daily',
      ],
    },
    {
      id: 'schedule-checks',
      title: 'Let a schedule look every five minutes, as docs/every-five-minutes.md says',
      phase: 'synthetic',
      who: 'platform team',
      run: 'npx greenlight synthetic',
    },
    {
      id: 'look-at-the-trend',
      title: 'Each week of the first month: look at this week beside the one before',
      phase: 'synthetic',
      who: 'on-call engineer',
      run: 'npx greenlight history --summary weekly',
    },
    {
      id: 'stop-new-traffic',
      title: 'Stop new traffic',
      phase: 'rollback',
      who: 'release manager',
      minutes: 2,
      hand: 'Switch the rule of Azure Front Door to the maintenance page.',
    },
    {
      id: 'swap-back',
      title: 'Swap the slots back, where the pipeline has not: a second swap brings the release back',
      phase: 'rollback',
      who: 'release manager',
      minutes: 3,
      run: SWAP,
    },
    {
      id: 'verify-old',
      title: 'Verify that the old release serves',
      phase: 'rollback',
      who: 'release manager',
      minutes: 5,
      run: 'npx greenlight run --phase rollback --release "$OLD_RELEASE"',
      until: 'it answers GO',
    },
    {
      id: 'fix-and-stage',
      title: 'Find the cause, deploy the fix to staging, and validate it again',
      phase: 'rollback',
      who: 'release manager',
      hand: 'No cut-over without a new preflight: an old GO is not taken.',
    },
  ],
};
