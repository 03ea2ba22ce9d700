import { z } from 'zod';
import { CheckId } from '../plan/check-id.ts';
import { Attempt, Session } from './evidence.ts';

/** Environment variable with the file that says what our reporter in a user's own Playwright shall record. */
export const SPEC_ORDER_ENV = 'GREENLIGHT_SPEC';

/** That file. */
export const SpecOrder = z.strictObject({
  check: CheckId,
  /** Absolute files and folders: tests that are not in them are not the check's. */
  paths: z.array(z.string()).min(1),
  /** As the plan names them; a set-up or tear-down that is named is no mere set-up. */
  projects: z.array(z.string()),
  /** Address to ask when a test got no answer. */
  control: z.string().optional(),
  /** Where the record goes. */
  record: z.string(),
});
export type SpecOrder = z.infer<typeof SpecOrder>;

/** One test as Playwright left it. */
export const RecordedSpecTest = z.strictObject({
  title: z.string(),
  project: z.string(),
  at: z.string(),
  /** Which of the paths it lies in. */
  paths: z.array(z.string()),
  /** `test.fail()`: whether the last try did fail. Null for a test that is to pass. */
  failedAsExpected: z.boolean().nullable(),
  attempts: z.array(Attempt),
});
export type RecordedSpecTest = z.infer<typeof RecordedSpecTest>;

/** What a user's own Playwright did with the spec of a check. */
export const SpecRecord = z.strictObject({
  schema: z.literal('greenlight/spec-record@1'),
  /** False until Playwright said that it ended. */
  final: z.boolean(),
  status: Session.shape.status,
  /** Whether the configuration lets it run only a part. */
  shard: z.boolean(),
  /** Whether the configuration lets Playwright fail for a test that passed on a retry. */
  failsOnFlaky: z.boolean(),
  addresses: z.array(z.string()),
  tests: z.array(RecordedSpecTest),
  /** What went wrong outside of any test. */
  errors: z.array(z.string()),
  /** Tests that are not the check's and did not pass: of a set-up or tear-down project. */
  others: z.array(z.string()),
});
export type SpecRecord = z.infer<typeof SpecRecord>;
