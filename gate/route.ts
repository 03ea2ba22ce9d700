import { argoWeb } from './mechanisms/argo-rollouts/argo-web.ts';
import { azureCheck } from './mechanisms/azure-devops/azure-check.ts';
import { flaggerHalt } from './mechanisms/flagger/flagger-halt.ts';
import { flaggerRollback } from './mechanisms/flagger/flagger-rollback.ts';
import { flaggerWait } from './mechanisms/flagger/flagger-wait.ts';
import type { Dialect } from './response.ts';
import { rest } from './mechanisms/shell/rest.ts';

/** One address of the gate. */
export interface Route {
  readonly path: string;
  readonly methods: readonly string[];
  /** Where the question stands: in the URL, or in Flagger's JSON body. */
  readonly question: 'query' | 'flagger';
  readonly dialect: Dialect;
}

/**
 * One route per consumer and hook: they need opposite statuses for the same answer, so none may be wired to a
 * neighbour's. A hook of Flagger that is missing here (`post-rollout`, `event`) decides nothing.
 */
export const ROUTES: readonly Route[] = [
  flagger('pre-rollout', flaggerHalt),
  flagger('rollout', flaggerHalt),
  flagger('confirm-rollout', flaggerWait),
  flagger('confirm-promotion', flaggerWait),
  flagger('confirm-traffic-increase', flaggerWait),
  flagger('rollback', flaggerRollback),
  { path: '/v1/argo', methods: ['GET', 'POST', 'PUT'], question: 'query', dialect: argoWeb },
  { path: '/v1/azure', methods: ['GET', 'POST'], question: 'query', dialect: azureCheck },
  { path: '/v1/verdict', methods: ['GET'], question: 'query', dialect: rest },
];

function flagger(hook: string, dialect: Dialect): Route {
  return { path: `/v1/flagger/${hook}`, methods: ['POST'], question: 'flagger', dialect };
}
