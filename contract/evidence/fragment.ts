import { z } from 'zod';
import { Attempt, Fault, Session } from './evidence.ts';

/** What the recorder writes for one Playwright session. The command line puts fragments together to evidence. */
export const Fragment = z.strictObject({
  schema: z.literal('greenlight/fragment@1'),
  run: z.string(),
  session: z.number().int().nonnegative(),
  /** False until Playwright said that it ended: a fragment that stays false was cut short. */
  final: z.boolean(),
  /** How many stages of the run it holds; the others could not wait in one Playwright, and were left out. */
  stages: z.number().int().min(1).optional(),
  report: Session.omit({ exitCode: true }),
  attempts: z.array(Attempt),
  faults: z.array(Fault),
});
export type Fragment = z.infer<typeof Fragment>;

/** Name of the fragment file of a session inside the run directory. */
export function fragmentName(session: number): string {
  return `session-${session}.json`;
}
