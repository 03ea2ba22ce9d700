import { inQuery } from '../../route.ts';
import type { Mechanism } from '../mechanism.ts';
import { argoAnalysis } from './argo-analysis.ts';
import { argoAutoPromotion } from './argo-auto-promotion.ts';
import { argoDryRun } from './argo-dry-run.ts';
import { argoFailureLimit } from './argo-failure-limit.ts';
import { argoInconclusiveLimit } from './argo-inconclusive-limit.ts';
import { argoNoCondition } from './argo-no-condition.ts';
import { argoOnlyFailureCondition } from './argo-only-failure-condition.ts';
import { argoRollout } from './argo-rollout.ts';
import { argoWeb } from './argo-web.ts';

export const argoRollouts: Mechanism = {
  title: 'Argo Rollouts',
  hears: 'gate, provider `web`; or a Job',
  routes: [{ path: '/v1/argo', methods: ['GET', 'POST', 'PUT'], question: inQuery, dialect: argoWeb }],
  reads: 'Argo Rollouts and AnalysisTemplates',
  kinds: [argoAnalysis, argoRollout],
  rules: [
    argoAutoPromotion,
    argoDryRun,
    argoFailureLimit,
    argoInconclusiveLimit,
    argoNoCondition,
    argoOnlyFailureCondition,
  ],
};
