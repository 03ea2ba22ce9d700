import type { Phase } from '../../contract/evidence/outcome.ts';
import type { Application } from '../system/application.ts';
import type { SceneFault, Undo } from '../system/example.ts';
import { runSql } from '../system/run-sql.ts';
import type { Instead } from '../system/state.ts';
import { HEALTHY, type Load, samiaSeries } from './metrics.ts';
import { CUTOVER_MIGRATION, MIGRATIONS } from './migrations.ts';
import type { Inside } from './routes.ts';
import type { SamiaScene } from './scene.ts';

/** A fault of this scene. */
export type Fault = SceneFault<SamiaScene>;

/** A fault in a database, and its repair. */
export function sql(about: {
  readonly id: string;
  readonly title: string;
  readonly phase: Phase;
  readonly check: string;
  readonly place: 'staging' | 'production';
  readonly plant: string;
  readonly undo: string;
}): Fault {
  const { place, plant, undo, ...rest } = about;
  return {
    ...rest,
    plant: async ({ databases }) => {
      await runSql(databases[place], plant);
      return () => runSql(databases[place], undo);
    },
  };
}

/** A level that is breached right after the cut-over. */
export function level(id: string, title: string, check: string, other: Partial<Load>): Fault {
  return { id, title, phase: 'post-cutover', check, plant: (scene) => metricsSay(scene, other) };
}

/** Some paths answer something else. */
export function answers({ state }: Application, place: string, instead: Instead): Undo {
  state.instead.set(place, instead);
  return () => void state.instead.delete(place);
}

/** The application says that something it rests on is down. */
export function isDown({ state }: Application, service: string): Undo {
  state.services[service] = 'down';
  return () => {
    state.services[service] = 'ok';
  };
}

/** Something is wrong inside the application. */
export function insideIs(inside: Inside, other: Partial<Inside>): Undo {
  const before = { ...inside };
  Object.assign(inside, other);
  return () => void Object.assign(inside, before);
}

/** Migration 004 says something else. */
export async function migrationSays(
  repository: SamiaScene['repository'],
  change: (text: string) => string,
): Promise<Undo> {
  await repository.setMigration(change(MIGRATIONS[CUTOVER_MIGRATION] ?? ''));
  return () => repository.setMigration(undefined);
}

/** A third party says something else. */
export function thirdPartySays({ thirdParties }: SamiaScene, path: string, document: unknown): Undo {
  const before = thirdParties.documents.get(path);
  thirdParties.documents.set(path, document);
  return () => void thirdParties.documents.set(path, before);
}

/** Prometheus has another past. */
export async function metricsSay({ monitoring }: SamiaScene, other: Partial<Load>): Promise<Undo> {
  await monitoring.replace(samiaSeries({ ...HEALTHY, ...other }));
  return () => monitoring.replace(samiaSeries(HEALTHY));
}
