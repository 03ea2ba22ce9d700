import type { DeployDocument } from './deploy-document.ts';
import type { Place } from './place.ts';
import { everyMap } from './every-map.ts';

/** A job of a pipeline. */
export interface Job {
  readonly name: string;
  readonly place: Place;
  /** Names of the jobs that it waits for. */
  readonly needs: readonly string[];
}

/** The jobs of a CI file; none for any other document. */
export function jobsOf({ kind, root }: DeployDocument): readonly Job[] {
  if (root === undefined || kind.pipeline === null) return [];
  return namedJobs(root).map(([name, place]) => ({ name, place, needs: needsOf(place) }));
}

/** Jobs and stages by name; Azure lists them, the others map them. */
function namedJobs(root: Place): readonly (readonly [string, Place])[] {
  const mapped = root.at('jobs')?.entries ?? root.entries;
  const listed = everyMap(root).flatMap((place) => {
    const name = place.at('job')?.text ?? place.at('deployment')?.text ?? place.at('stage')?.text;
    return name === undefined ? [] : [[name, place] as const];
  });
  return [...mapped, ...listed.filter(([, place]) => place.at('script') === undefined)];
}

function needsOf(place: Place): readonly string[] {
  const list = place.at('needs') ?? place.at('dependsOn');
  return (list?.items ?? []).flatMap((item) => item.text ?? item.at('job')?.text ?? []);
}
