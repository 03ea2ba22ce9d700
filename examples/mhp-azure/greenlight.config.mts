/**
 * The cut-over of the MHP brand functions: an Azure Functions app whose staging slot is swapped with production.
 * Two places are judged with one plan: MHP_URL is the staging slot in preflight, and production afterwards. The health
 * document says which slot answers, so that a wrong address is found.
 */
import { defineConfig, secret } from '../../contract/index.ts';
import { azureChecks } from './plan/azure.mts';
import { env } from './plan/environment.mts';
import { assetIsChecked, complianceIsReported, removeCheck } from './plan/flows.mts';
import { serviceLevels } from './plan/levels.mts';
import { people, policy } from './plan/people.mts';
import { runbook } from './plan/runbook.mts';
import { slotChecks } from './plan/slots.mts';

export default defineConfig({
  target: {
    name: 'mhp-brand-functions',
    urls: { app: env('MHP_URL', 'https://mhpbrandfunctions38e5971a.azurewebsites.net') },
    headers: { 'x-functions-key': secret('MHP_FUNCTION_KEY') },
    release: { path: '/api/health', id: 'version', commit: 'commit' },
  },
  // Deliberate: the smoke flow leaves one asset check behind for a moment, and preflight makes a little load.
  allow: {
    createData: [
      'mhpbrandfunctions38e5971a.azurewebsites.net',
      'mhpbrandfunctions38e5971a-staging.azurewebsites.net',
    ],
    load: [
      'mhpbrandfunctions38e5971a.azurewebsites.net',
      'mhpbrandfunctions38e5971a-staging.azurewebsites.net',
    ],
    commands: ['az', 'npm'],
  },
  probes: [...slotChecks, ...azureChecks],
  flows: [assetIsChecked, complianceIsReported],
  created: { check: { undo: removeCheck } },
  load: {
    profiles: [
      {
        id: 'benchmarks-are-met',
        title: 'The staging slot meets the performance benchmarks',
        phases: ['preflight'],
        engine: 'autocannon',
        requests: [
          { path: '/api/guidelines', headers: { 'x-functions-key': secret('MHP_FUNCTION_KEY') } },
          { path: '/api/compliance/summary', headers: { 'x-functions-key': secret('MHP_FUNCTION_KEY') } },
        ],
        connections: 5,
        durationS: 4,
        // The levels that production must hold afterwards.
        thresholds: { p95Ms: 500, errorRate: 0.01 },
      },
    ],
  },
  slo: serviceLevels,
  secrets: ['MHP_FUNCTION_KEY'],
  people,
  runbook,
  policy,
});
