import type { DeployKind, ScriptSource } from '../../lint/deploy-document.ts';
import { everyMap } from '../../lint/every-map.ts';
import { documentNamesGate } from '../../lint/names-gate.ts';
import type { Place } from '../../lint/place.ts';
import { gitlabGateJobs } from './gitlab-gate-jobs.ts';

/** Jobs stand at the top, under any name: nothing but their scripts tells a file of GitLab. */
export const gitlabFile: DeployKind = {
  known: {
    by: 'likeness',
    fits: (root) =>
      root.entries.some(([, job]) => job.at('script') !== undefined) || root.at('include') !== undefined,
  },
  scripts: gitlabScripts,
  hasGate: documentNamesGate,
  pipeline: {
    repeated: (document) => {
      const jobs = gitlabGateJobs(document);
      const inAll = document.root?.at('default');
      // What stands in `default` holds for every job.
      return jobs.length === 0 || inAll === undefined ? jobs : [...jobs, inAll];
    },
    after: ['after_script'],
  },
};

const START = { strict: true, pipefail: true } as const;

/** All commands of a job run in one shell, one after the other. */
function gitlabScripts(root: Place): readonly ScriptSource[] {
  return everyMap(root).flatMap((place) =>
    ['before_script', 'script', 'after_script'].flatMap((key) => {
      const lines = flattened(place.at(key)).flatMap((item) => item.textLines);
      return lines.length === 0 ? [] : [{ lines, start: START }];
    }),
  );
}

/** Scripts may hold lists, as an alias of a list brings them in. */
function flattened(place: Place | undefined): readonly Place[] {
  return (place?.items ?? []).flatMap((item) => (item.text === undefined ? flattened(item) : [item]));
}
