import type { PlannedCheck } from '../../contract/plan/checks.ts';
import { GreenlightError, type Problem } from '../../contract/errors.ts';
import { canBeShared } from '../../contract/load/load-profile.ts';
import type { Plan } from '../../contract/plan/plan.ts';

/**
 * Refuses to share a load of which some part only one machine can measure: each would measure it, under the load of the
 * others. Before anything is sent.
 * @throws GreenlightError SHARD_INVALID that names every such check
 */
export function mustBeShareable(plan: Plan, manifest: readonly PlannedCheck[], segments: number): void {
  const problems = manifest
    .filter(({ project }) => project === 'load')
    .flatMap(({ id, source }): Problem[] => {
      const profile = plan.load.profiles.find((one) => one.id === id);
      const problem = (value: string, text: string, remedy: string): Problem[] => [
        { path: id, value, problem: text, remedy },
      ];
      if (source !== 'load' || profile === undefined) {
        return problem(source, 'is no load that can be shared', 'give it a phase of its own');
      }
      if (!canBeShared(profile)) {
        const value = [
          profile.engine,
          profile.kind,
          ...(profile.baseline === undefined ? [] : [`baseline ${profile.baseline.file}`]),
        ].join(', ');
        return problem(
          value,
          'cannot be shared',
          'use engine "k6", kind "baseline" and no file to be compared with, or a phase of its own',
        );
      }
      return profile.connections < segments && profile.rate === undefined
        ? problem(
            `${profile.connections} connections`,
            `has fewer than ${segments} segments`,
            'use fewer segments',
          )
        : [];
    });
  if (problems.length === 0) return;
  throw new GreenlightError('SHARD_INVALID', '--segment shares the steady load of k6 alone', { problems });
}
