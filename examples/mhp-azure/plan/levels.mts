/** Service levels by Application Insights. The document: error rate < 0.1 %, p95 < 500 ms, for 24 hours. */
import { secret, type Phase, type PlanInput } from '../../../contract/index.ts';
import { env } from './environment.mts';

const ROLE = 'AppRoleName="mhpbrandfunctions38e5971a"';
const AFTER: Phase[] = ['post-cutover', 'watch'];
const HOUR_S = 3600;

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
      id: 'errors-are-few',
      title: 'Fewer than 0.1 % of requests fail',
      phases: AFTER,
      kind: 'error-rate',
      bad: `AppRequests{${ROLE},Success="false"}`,
      total: `AppRequests{${ROLE}}`,
      // 0.1 % takes about 3000 requests to be shown: an hour of them.
      windowS: HOUR_S,
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
      windowS: HOUR_S,
      atLeast: { critical: 0.95 },
      owner: 'on-call',
    },
    {
      id: 'target-is-available',
      title: '99.9 % of the availability tests succeed',
      phases: AFTER,
      kind: 'business-ratio',
      good: 'AppAvailabilityResults{Success="true"}',
      total: 'AppAvailabilityResults',
      windowS: HOUR_S,
      atLeast: { critical: 0.999 },
      // Five locations, each every five minutes, are one test a minute: an hour of them cannot show 99.9 % with confidence,
      // and says so.
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
      atMost: { warning: 0.8, critical: 0.95 },
      owner: 'on-call',
    },
  ],
};
