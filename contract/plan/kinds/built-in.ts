import { builtInChecks } from '../built-in-checks.ts';
import { object } from '../../flow/loose.ts';
import { checkKind } from './check-kind.ts';

/** Where the plan has what brings them, for people. */
export const BUILT_IN_PLACE = 'target (a built-in check)';

/** What a target brings with it. */
export const builtIn = checkKind({
  room: 'suites/readiness',
  recordsFindings: true,
  countsObjects: false,
  declared: (plan) =>
    builtInChecks(object(plan['target'])).map(({ id }) => ({ id, path: BUILT_IN_PLACE, ours: true })),
  planned: ({ target }: { readonly target: Readonly<Record<string, unknown>> }) =>
    builtInChecks(target).map((check) => ({ ...check, project: 'readiness' })),
});
