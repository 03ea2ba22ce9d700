import type { Route } from '../../route.ts';
import type { Mechanism } from '../mechanism.ts';
import { canary } from './canary.ts';
import { parseFlaggerBody } from './flagger-body.ts';
import { flaggerConfirmAlone } from './flagger-confirm-alone.ts';
import { flaggerRollbackPolarity } from './flagger-rollback-polarity.ts';
import { flaggerRollback } from './flagger-rollback.ts';
import { flaggerRouteOfAnother } from './flagger-route-of-another.ts';
import { flaggerSkipAnalysis } from './flagger-skip-analysis.ts';
import { STOPPING_HOOKS } from './stopping-hooks.ts';

export const flagger: Mechanism = {
  title: 'Flagger',
  hears: 'gate, one route per hook',
  routes: Object.entries({ ...STOPPING_HOOKS, rollback: flaggerRollback }).map(([hook, dialect]): Route => ({
    path: `/v1/flagger/${hook}`,
    methods: ['POST'],
    question: (_query, body) => parseFlaggerBody(body),
    dialect,
  })),
  reads: 'Flagger Canaries',
  kinds: [canary],
  rules: [flaggerConfirmAlone, flaggerRollbackPolarity, flaggerRouteOfAnother, flaggerSkipAnalysis],
};
