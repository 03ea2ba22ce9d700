import { list, object } from '../../flow/loose.ts';
import { STATE_CHECKS } from '../state-checks.ts';
import { stateChecksOf, type StatePlan } from '../state-plan.ts';
import { checkKind } from './check-kind.ts';

/** Everything that databases hold besides rows. */
export const state = checkKind({
  room: 'data-checks',
  recordsFindings: true,
  countsObjects: true,
  declared: (plan) => {
    const declared = object(plan['data'])['state'];
    if (declared === undefined) return [];
    const { checks } = object(declared);
    return STATE_CHECKS.filter((id) => checks === undefined || list(checks).includes(id)).map((id) => ({
      id,
      path: 'data.state',
      ours: true,
    }));
  },
  planned: ({ data }: { readonly data: { readonly state?: StatePlan | undefined } }, phase) =>
    (data.state?.phases.includes(phase) === true ? stateChecksOf(data.state) : []).map(
      ({ id, title, advisory, leftOut }) => ({
        id,
        title,
        project: 'data-checks',
        advisory,
        optional: leftOut !== undefined,
      }),
    ),
});
