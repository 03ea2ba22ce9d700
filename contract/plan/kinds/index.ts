import { z } from 'zod';
import type { Loose } from '../../flow/loose.ts';
import { alerts } from './alerts.ts';
import { builtIn } from './built-in.ts';
import type { DeclaredCheck, Room } from './check-kind.ts';
import { comparison } from './comparison.ts';
import { coverage } from './coverage.ts';
import { flow } from './flow.ts';
import { load } from './load.ts';
import { metric } from './metric.ts';
import { own } from './own.ts';
import { probe } from './probe.ts';
import { redis } from './redis.ts';
import { slo } from './slo.ts';
import { spec } from './spec.ts';
import { state } from './state.ts';
import { table } from './table.ts';

/** Every kind of check, in the order of reporting: one file and one line here. */
export const CHECK_KINDS = {
  'built-in': builtIn,
  probe,
  flow,
  own,
  spec,
  table,
  coverage,
  state,
  redis,
  slo,
  metric,
  load,
  comparison,
  alerts,
};

export type CheckSource = keyof typeof CHECK_KINDS;

/** What kind of definition a check comes from. */
export const CheckSource = z.enum(Object.keys(CHECK_KINDS) as [CheckSource, ...CheckSource[]]);

/** The kinds that one room must look at. */
export type SourceOf<R extends Room> = {
  [S in CheckSource]: (typeof CHECK_KINDS)[S]['room'] extends R ? S : never;
}[CheckSource];

/** Every check that a plan of any shape declares, for any phase, and where. */
export function declaredChecks(plan: Loose): readonly DeclaredCheck[] {
  return Object.values(CHECK_KINDS).flatMap((kind) => kind.declared(plan));
}
