import { gitlabGateJobs } from './gitlab-gate-jobs.ts';
import type { Place } from '../../lint/place.ts';
import type { Hit } from '../../lint/hit.ts';
import type { Rule } from '../../lint/rule.ts';
import { gitlabFile } from './gitlab-file.ts';

export const gitlabAllowFailure: Rule = {
  id: 'gitlab-allow-failure',
  remedy: 'Remove allow_failure, for single exit codes too; beside `when: manual` set allow_failure: false.',
  find: (document) => {
    if (document.kind !== gitlabFile) return [];
    const hits = gitlabGateJobs(document).flatMap((job) => [
      ...[job, ...(job.at('rules')?.items ?? [])].flatMap(allowed),
      ...manual(job),
    ]);
    return hits.filter(({ line }, index) => hits.findIndex((one) => one.line === line) === index);
  },
};

function allowed(place: Place): readonly Hit[] {
  const option = place.at('allow_failure');
  if (option === undefined || option.value === false) return [];
  return [{ line: option.line, found: 'The job turns into a warning and the next stage runs.' }];
}

/** Outside of rules, GitLab allows a manual job to fail unless it is told otherwise. */
function manual(job: Place): readonly Hit[] {
  const when = job.at('when');
  if (when?.text !== 'manual' || job.at('allow_failure') !== undefined) return [];
  return [
    { line: when.line, found: 'The next stage does not wait for a manual job, or for what it answers.' },
  ];
}
