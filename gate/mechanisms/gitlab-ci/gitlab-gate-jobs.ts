import type { DeployDocument } from '../../lint/deploy-document.ts';
import { namesGate } from '../../lint/names-gate.ts';
import type { Place } from '../../lint/place.ts';

/**
 * The jobs of a GitLab file in which Greenlight runs, and the templates that they are made of with `extends`: an option
 * may stand in one of them and the command in another.
 */
export function gitlabGateJobs({ root, gate }: DeployDocument): readonly Place[] {
  const byName = new Map(root?.entries);
  const found = new Map<string, Place>();
  for (const name of byName.keys()) {
    const family = familyOf(name, byName);
    if (family.some(([, place]) => namesGate(place, { gate }))) {
      for (const [member, place] of family) found.set(member, place);
    }
  }
  return [...found.values()];
}

type Named = readonly [name: string, place: Place];

function familyOf(name: string, byName: ReadonlyMap<string, Place>): readonly Named[] {
  const family = new Map<string, Place>();
  const open = [name];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const place = byName.get(next);
    if (place === undefined || family.has(next)) continue;
    family.set(next, place);
    open.push(...(place.at('extends')?.items ?? []).flatMap(({ text }) => text ?? []));
  }
  return [...family];
}
