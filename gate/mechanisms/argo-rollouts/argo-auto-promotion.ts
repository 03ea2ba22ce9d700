import type { Rule } from '../../lint/rule.ts';
import { argoRollout } from './argo-rollout.ts';

export const argoAutoPromotion: Rule = {
  id: 'argo-auto-promotion',
  remedy: 'Remove autoPromotionSeconds, and let the analysis decide.',
  find: ({ kind, root }) => {
    const blueGreen = kind === argoRollout ? root?.at('spec', 'strategy', 'blueGreen') : undefined;
    const seconds = blueGreen?.at('autoPromotionSeconds');
    if (seconds === undefined || blueGreen?.at('prePromotionAnalysis') === undefined) return [];
    return [
      {
        line: seconds.line,
        found: 'When the time is over, the analysis counts as a success, finished or not.',
      },
    ];
  },
};
