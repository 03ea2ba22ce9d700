import { z } from 'zod';
import { CheckId } from '../plan/check-id.ts';
import { Phase, Project } from './outcome.ts';
import { Release } from '../plan/release.ts';
import { Segment } from './shard.ts';

/** Environment variable with the path of `run.json`. Set by the command line; absent when QA starts Playwright itself. */
export const RUN_CONTEXT_ENV = 'GREENLIGHT_RUN';

/** Environment variable with the plan file, for specs that are not stubs in a user's project. */
export const PLAN_FILE_ENV = 'GREENLIGHT_PLAN';

/** Environment variable with the phase, for Playwright started by hand; a run context wins over it. */
export const PHASE_ENV = 'GREENLIGHT_PHASE';

/** What the command line tells the processes that Playwright starts. */
export const RunContext = z.strictObject({
  id: z.string().min(1),
  nonce: z.string().min(1),
  phase: Phase,
  planFile: z.string(),
  /** The release that should be running, if the caller said one. */
  wanted: Release.nullable().default(null),
  /** Private directory of this run: session fragments are written here. */
  runDirectory: z.string(),
  /** Durable directory: ledger, leases. */
  stateDirectory: z.string(),
  /** Index of the Playwright session that is being started. */
  session: z.number().int().nonnegative(),
  /** Only these checks of the manifest; all when absent. A run that several machines share has one share each. */
  checks: z.array(CheckId).optional(),
  /** Which Playwright projects may start together, in order; each stage waits for a word. Absent when nobody orders them. */
  stages: z.array(z.array(Project).min(1)).min(1).optional(),
  /** Make only this share of the load, and not before this time (ISO). */
  segment: Segment.extend({ startAt: z.string().optional() }).optional(),
});
export type RunContext = z.infer<typeof RunContext>;
