import type { FlowContext, RequestStep } from '../../contract/flow/flow.ts';
import { EVENTS } from '../../contract/events/table.ts';
import { encodeRequest, HARMLESS_METHODS, type WireRequest } from '../../contract/flow/http.ts';
import { createHttpApplication } from '../../safety/http-application.ts';
import { CannotTell } from '../cannot-tell.ts';
import type { FlowRun } from './flow-run.ts';

const REFUSALS: readonly number[] = [401, 403];

/** A reader of secrets that remembers which values it gave out. */
export function secretsReadBy(secret: FlowContext['secret']): {
  readonly secret: FlowContext['secret'];
  readonly read: () => ReadonlySet<string>;
} {
  const values = new Set<string>();
  return {
    secret: (name) => {
      const value = secret(name);
      values.add(value);
      return value;
    },
    read: () => values,
  };
}

/**
 * A refusal (401, 403) of credentials that the plan names says nothing about new where old refuses them as well: then
 * they have expired, or were withdrawn.
 * @throws CannotTell
 */
export async function refuseStaleCredentials(
  step: RequestStep,
  ctx: FlowContext,
  wire: WireRequest,
  status: number,
  secrets: ReadonlySet<string>,
  run: FlowRun,
): Promise<void> {
  if (!REFUSALS.includes(status) || run.oldUrls === undefined || !HARMLESS_METHODS.includes(wire.method))
    return;
  const sent = [wire.url, ...Object.values(wire.headers)];
  // Basic authentication sends them encoded, so what the step read while it made the request counts as sent.
  const carries =
    secrets.size > 0 &&
    (sent.some((text) => [...secrets].some((value) => text.includes(value))) ||
      'authorization' in wire.headers);
  if (!carries) return;
  try {
    const old = await createHttpApplication().send(
      encodeRequest(step.request(ctx), run.oldUrls),
      step.budgetMs ?? run.budgetMs,
    );
    if (!REFUSALS.includes(old.status)) return;
  } catch {
    // Old that does not answer shows nothing about the credentials.
    return;
  }
  const { words, remedy } = EVENTS['credentials-refused-by-both'];
  throw new CannotTell('credentials-refused-by-both', `step "${step.id}": answered ${status}, and ${words}`, {
    remedy,
  });
}
