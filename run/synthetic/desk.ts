import { createPost, type Patience } from '../../host/post.ts';
import type { AlertDesk } from '../../contract/ports/alert-desk.ts';
import { openAlertDesk } from '../../notify/desk.ts';
import type { PreparedRun } from '../run-prepare.ts';

/** What does not arrive in this time is tried again by the next pass: a pass must not wait for a dead receiver. */
export const PASS_PATIENCE: Patience = { attempts: 2, attemptMs: 5000 };

/** Who decides and tells the alerts of a pass; where the plan names nobody, the output of the pass is all there is. */
export function deskOf({ plan, context, request, redactor }: PreparedRun): AlertDesk {
  return openAlertDesk({
    plan,
    phase: request.phase,
    stateDirectory: context.stateDirectory,
    env: request.env,
    redactor,
    post: createPost(undefined, PASS_PATIENCE),
    now: () => new Date(),
  });
}
