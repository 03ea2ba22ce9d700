/**
 * Service levels by Application Insights. The document: error rate < 0.1 %, p95 < 500 ms, for 24 hours. All of them begin
 * at the swap: slots share a role and an address, so that nothing else tells the requests of the two releases apart.
 */
import { secret, type Phase, type PlanInput } from '../../../contract/index.ts';
import { env, SWAPPED_AT } from './environment.mts';

const ROLE = 'AppRoleName="mhpbrandfunctions38e5971a"';
const AFTER: Phase[] = ['post-cutover', 'watch'];
const WATCH: Phase[] = ['watch'];
/** The last hour, or less where the swap lies in it. */
const hour = { windowS: 3600, since: SWAPPED_AT };

export const serviceLevels: NonNullable<PlanInput['slo']> = {
  source: {
    adapter: 'azure-logs',
    workspace: env('MHP_LOGS_WORKSPACE', '00000000-0000-0000-0000-000000000000'),
    // Leave both out where the environment has credentials (az login, a managed identity).
    token: secret('MHP_LOGS_TOKEN'),
    url: env('MHP_LOGS_URL', 'https://api.loganalytics.azure.com'),
  },
  up: `AppRequests{${ROLE}}`,
  scrapeS: 60,
  objectives: [
    {
      // Minutes after the swap: what is an alert of the document. 0.1 % takes more requests than there are by then.
      id: 'errors-stay-below-the-alert',
      title: 'Fewer than 1 % of the requests since the swap fail',
      phases: ['post-cutover'],
      kind: 'error-rate',
      bad: `AppRequests{${ROLE},Success="false"}`,
      total: `AppRequests{${ROLE}}`,
      ...hour,
      atMost: { critical: 0.01 },
      owner: 'on-call',
    },
    {
      id: 'errors-are-few',
      title: 'Fewer than 0.1 % of requests fail',
      phases: WATCH,
      kind: 'error-rate',
      bad: `AppRequests{${ROLE},Success="false"}`,
      total: `AppRequests{${ROLE}}`,
      // 0.1 % takes about 3000 requests to be shown.
      ...hour,
      atMost: { critical: 0.001 },
      owner: 'on-call',
    },
    {
      id: 'answers-are-fast',
      title: '95 % of requests take less than 500 ms',
      phases: AFTER,
      kind: 'latency',
      histogram: `AppRequests{${ROLE}}`,
      underS: 0.5,
      ...hour,
      atLeast: { critical: 0.95 },
      owner: 'on-call',
    },
    {
      id: 'target-is-available',
      title: '99.9 % of the availability tests succeed',
      phases: WATCH,
      kind: 'business-ratio',
      good: 'AppAvailabilityResults{Success="true"}',
      total: 'AppAvailabilityResults',
      ...hour,
      atLeast: { critical: 0.999 },
      // Five locations, each every five minutes, are one test a minute: an hour of them cannot show 99.9 % with confidence,
      // and says so. Until fifty minutes after the swap they are no answer at all.
      minimumEvents: 50,
      owner: 'on-call',
    },
    {
      id: 'processor-is-not-busy',
      title: 'The processor is used to less than 90 %',
      phases: AFTER,
      kind: 'saturation',
      used: { gauge: `AppPerformanceCounters{${ROLE},Name="% Processor Time"}` },
      capacity: 100,
      since: SWAPPED_AT,
      atMost: { warning: 0.7, critical: 0.9 },
      owner: 'on-call',
    },
    {
      id: 'memory-is-left',
      title: 'The process uses less than 1.5 GB of memory',
      phases: AFTER,
      kind: 'saturation',
      used: { gauge: `AppPerformanceCounters{${ROLE},Name="Private Bytes"}` },
      // What a function of the consumption plan may use.
      capacity: 1_500_000_000,
      since: SWAPPED_AT,
      atMost: { warning: 0.8, critical: 0.95 },
      owner: 'on-call',
    },
  ],
};
