import { GreenlightError, type Problem } from '../contract/errors.ts';
import { createdBy } from '../contract/flow/evaluate.ts';
import type { Captured, Flow, FlowContext } from '../contract/flow/flow.ts';
import { encodeRequest } from '../contract/flow/http.ts';
import type { Plan } from '../contract/plan/plan.ts';
import { SYNTHETIC_PREFIX } from '../contract/plan/unique.ts';
import { secretReader } from './secrets.ts';

/** Of the shape that `ctx.unique()` makes. */
const UNIQUE = `${SYNTHETIC_PREFIX}-example-w0-example-r0-1`;

/**
 * What is wrong with the undo flows of a plan, as far as it shows without a target: found before anything is created
 * that could then not be removed. Builds the requests of each for an example and sends none.
 */
export function undoProblems(plan: Plan, env: NodeJS.ProcessEnv = process.env): Problem[] {
  return Object.entries(plan.created).flatMap(([kind, how]) => {
    if ('keep' in how) return [];
    const declared = declaredIdentity(plan, kind, env);
    const identity = declared ?? `${UNIQUE}@example.test`;
    const problem = problemOf(plan, how.undo, identity, env);
    // Only for an identity that a flow really makes does a throw show a fault of the undo.
    if (problem === undefined || (problem.threw && declared === undefined)) return [];
    return [
      {
        path: `created.${kind}.undo`,
        value: `for "${identity}"`,
        problem: problem.problem,
        remedy: problem.remedy,
      },
    ];
  });
}

/** What the first step that creates this kind would record, where that shows without an answer of the target. */
function declaredIdentity(plan: Plan, kind: string, env: NodeJS.ProcessEnv): string | undefined {
  for (const { steps, options } of plan.flows) {
    let captured: Captured = {};
    for (const step of steps) {
      const ctx = contextOf(plan, anything(captured), env, options.data?.[0]);
      try {
        if (step.kind === 'given') captured = { ...captured, ...step.give(ctx) };
        if (step.kind !== 'request' && step.kind !== 'page') continue;
        const record = createdBy(step, ctx).find((one) => one.kind === kind);
        if (record !== undefined && record.identity.includes(UNIQUE)) return record.identity;
      } catch {
        break; // It needs what only an answer gives.
      }
    }
  }
  return undefined;
}

function contextOf(
  plan: Plan,
  captured: Captured,
  env: NodeJS.ProcessEnv,
  data: FlowContext['data'] = {},
): FlowContext {
  return { captured, unique: () => UNIQUE, data, secret: secretReader(plan, env) };
}

/** @throws GreenlightError PLAN_INVALID that lists what is wrong */
export function refuseBrokenUndo(plan: Plan, env: NodeJS.ProcessEnv = process.env): void {
  const problems = undoProblems(plan, env);
  if (problems.length === 0) return;
  throw new GreenlightError('PLAN_INVALID', 'what it creates could not be removed again', { problems });
}

/** `threw`: for another reason than a secret. */
type Wrong = Pick<Problem, 'problem' | 'remedy'> & { readonly threw?: boolean };

function problemOf(
  plan: Plan,
  undo: (identity: string) => Flow,
  identity: string,
  env: NodeJS.ProcessEnv,
): Wrong | undefined {
  let steps: Flow['steps'];
  try {
    ({ steps } = undo(identity));
  } catch (error) {
    return thrown('it throws', error);
  }
  const foreign = steps.find(({ kind }) => kind !== 'given' && kind !== 'request');
  if (foreign !== undefined) {
    return {
      problem: `its step "${foreign.id}" is of kind "${foreign.kind}", and only requests can undo`,
      remedy: 'remove it by requests; clean-up has no browser and no ports',
    };
  }
  if (!steps.some(({ kind }) => kind === 'request')) {
    return { problem: 'it sends no request', remedy: 'add the request that removes it, or say `keep`' };
  }
  let captured: Captured = {};
  let first = true;
  for (const step of steps) {
    const ctx = contextOf(plan, first ? captured : anything(captured), env);
    try {
      if (step.kind === 'given') captured = { ...captured, ...step.give(ctx) };
      if (step.kind !== 'request') continue;
      encodeRequest(step.request(ctx), plan.target.urls);
    } catch (error) {
      // What a later request makes of an answer that was never given says nothing.
      if (first || isSecretMissing(error)) return thrown(`its step "${step.id}" throws`, error);
    }
    if (step.kind === 'request') first = false;
  }
  return undefined;
}

/** Captured values that no answer has given yet: each member is there, and reads as text. */
function anything(known: Captured): Captured {
  const some: unknown = new Proxy(() => undefined, {
    get: (_target, key) =>
      key === Symbol.toPrimitive || key === 'toString' || key === 'toJSON' ? () => '1' : some,
    apply: () => some,
  });
  return new Proxy(known, {
    get: (target, key) => (key in target ? target[key as string] : some),
  });
}

function isSecretMissing(error: unknown): error is GreenlightError {
  return error instanceof GreenlightError && ['SECRET_MISSING', 'SECRET_UNNAMED'].includes(error.code);
}

function thrown(what: string, error: unknown): Wrong {
  const reason = error instanceof Error ? error.message : String(error);
  const hint = isSecretMissing(error) ? error.hint : undefined;
  return {
    problem: `${what}: ${reason}`,
    remedy: hint ?? 'correct it: without it, what a run creates stays on the target',
    threw: !isSecretMissing(error),
  };
}
