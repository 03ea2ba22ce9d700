import { acceptsStatus, allHold, evaluateResponse } from '../contract/flow/evaluate.ts';
import type { Captured, Flow, FlowContext } from '../contract/flow/flow.ts';
import { encodeRequest } from '../contract/flow/http.ts';
import { addressesOf } from '../contract/plan/addresses.ts';
import type { Plan } from '../contract/plan/plan.ts';
import type { SecretString } from '../contract/plan/secret.ts';
import { putBackRequest, SWITCH_KIND } from '../contract/plan/switches.ts';
import { refusePromise } from '../contract/plan/plan-mistake.ts';
import type { ApplicationPort } from '../contract/ports/application.ts';
import { identities, SYNTHETIC_PREFIX } from '../contract/plan/unique.ts';
import type { LedgerEntry } from './ledger.ts';
import { sendPatiently } from './patient-application.ts';

/** Clean-up after a check has a minute for all that it created; what is left is for the sweep. */
const MOST_WAIT_MS = 10_000;

/** What became of one entry of the ledger. */
export type Undone = { readonly how: 'undone' | 'kept' } | { readonly failed: string };

/**
 * Removes what an entry of the ledger stands for, by the flow that the plan has for its kind. Never throws: what
 * could not be removed is a leftover with a reason. The reason may quote the target, so redact it before it is shown.
 */
export async function undoEntry(options: UndoOptions): Promise<Undone> {
  const end = await attemptUndo(options);
  return 'how' in end ? { how: end.how } : end;
}

/** What an undo needs. */
export interface UndoOptions {
  readonly plan: Plan;
  readonly entry: LedgerEntry;
  readonly application: ApplicationPort;
  readonly secret: (name: string) => string;
}

/** As `undoEntry`, with the status of every answer: they tell what was found from what was not there. */
export async function attemptUndo(
  options: UndoOptions,
): Promise<
  { readonly how: 'undone' | 'kept'; readonly statuses: readonly number[] } | { readonly failed: string }
> {
  const { plan, entry } = options;
  if (entry.kind === SWITCH_KIND && entry.target === plan.target.name) return putBack(options);
  const kind = Object.hasOwn(plan.created, entry.kind) ? plan.created[entry.kind] : undefined;
  if (kind === undefined) {
    const known = Object.keys(plan.created).join(', ') || 'none';
    return { failed: `the plan does not say how to remove "${entry.kind}" (it knows: ${known})` };
  }
  if (entry.target !== plan.target.name) {
    return { failed: `it was created on "${entry.target}", and this plan is for "${plan.target.name}"` };
  }
  if ('keep' in kind) return { how: 'kept', statuses: [] };
  if (!entry.identity.includes(`${SYNTHETIC_PREFIX}-`)) {
    return {
      failed: `"${entry.identity}" does not carry ctx.unique(), so nothing shows that it is synthetic; it was not touched`,
    };
  }
  try {
    return await runUndo(refusePromise('undo', kind.undo(entry.identity)), options);
  } catch (error) {
    return { failed: error instanceof Error ? error.message : String(error) };
  }
}

/** Puts back what a probe turned, by the request that the plan has for it. */
async function putBack({ plan, entry, application, secret }: UndoOptions): ReturnType<typeof attemptUndo> {
  try {
    const read = (value: SecretString): string => (typeof value === 'string' ? value : secret(value.secret));
    const spec = putBackRequest(plan.probes, entry, read);
    if ('failed' in spec) return spec;
    const request = encodeRequest(spec, addressesOf(plan.target));
    const waitMs = Math.min(plan.rateLimit.waitMs, MOST_WAIT_MS);
    const { status } = await sendPatiently(application, request, plan.budgetMs, { waitMs });
    return status >= 200 && status <= 299
      ? { how: 'undone', statuses: [status] }
      : { failed: `${spec.method} ${spec.path} answered ${status}, so "${entry.identity}" is not put back` };
  } catch (error) {
    return { failed: error instanceof Error ? error.message : String(error) };
  }
}

async function runUndo(
  undo: Flow,
  { plan, entry, application, secret }: UndoOptions,
): ReturnType<typeof attemptUndo> {
  const unique = identities({ run: entry.run, scope: `undo-${entry.id}` });
  let captured: Captured = {};
  const statuses: number[] = [];
  for (const step of undo.steps) {
    const ctx: FlowContext = { captured, unique, data: {}, secret };
    if (step.kind === 'given') {
      captured = { ...captured, ...refusePromise('given', step.give(ctx)) };
      continue;
    }
    if (step.kind !== 'request') {
      return {
        failed: `the step "${step.id}" of its undo flow is of kind "${step.kind}", and only requests can undo`,
      };
    }
    const request = encodeRequest(step.request(ctx), plan.target.urls);
    const answer = await sendPatiently(
      application,
      request,
      step.budgetMs ?? plan.budgetMs,
      { waitMs: Math.min(plan.rateLimit.waitMs, MOST_WAIT_MS) },
      (status) => acceptsStatus(step.status, status),
    );
    const evaluation = evaluateResponse(step, captured, answer);
    if (!allHold(evaluation.statements)) {
      const wrong = evaluation.statements
        .filter((statement) => !statement.ok)
        .map(
          (statement) =>
            `${statement.name} is ${String(statement.measured)}, expected ${String(statement.expected)}`,
        );
      return { failed: `step "${step.id}": ${wrong.join('; ')}` };
    }
    captured = { ...captured, ...evaluation.captured };
    statuses.push(answer.status);
  }
  return statuses.length > 0 ? { how: 'undone', statuses } : { failed: 'its undo flow sends no request' };
}
