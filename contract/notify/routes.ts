import { type Level, URGENCY_OF } from './level.ts';
import type { Notify, Route } from './notify.ts';

/** What routes look at. */
export interface Routed {
  readonly level: Level;
  readonly kind: string;
}

/** The first route that fits; undefined where none does. */
export function routeOf(routes: readonly Route[], { level, kind }: Routed): Route | undefined {
  return routes.find(
    ({ urgency, levels, kinds }) =>
      (urgency === undefined || urgency === URGENCY_OF[level]) &&
      (levels === undefined || levels.includes(level)) &&
      (kinds === undefined || kinds.includes(kind)),
  );
}

/** The names of the channels that are told, each once. */
export function channelsFor(notify: Pick<Notify, 'routes'>, about: Routed): readonly string[] {
  return [...new Set(routeOf(notify.routes, about)?.to ?? [])];
}
