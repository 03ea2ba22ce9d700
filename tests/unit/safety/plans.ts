import { parsePlan, type Plan, type PlanInput } from '../../../contract/plan/plan.ts';

/** A small valid plan; `more` replaces parts of it. */
export function planWith(more: Partial<PlanInput> = {}): Plan {
  return parsePlan({
    target: { name: 'shop', urls: { app: 'http://127.0.0.1:1' } },
    probes: [{ kind: 'endpoints', id: 'pages-answer', title: 'Pages answer', paths: ['/'] }],
    ...more,
    policy: {},
  });
}
