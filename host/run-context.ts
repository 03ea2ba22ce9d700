import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { checksOf, type PlannedCheck } from '../contract/plan/checks.ts';
import { GreenlightError } from '../contract/errors.ts';
import { Phase } from '../contract/evidence/outcome.ts';
import { parsePlan, type Plan } from '../contract/plan/plan.ts';
import { PHASE_ENV, PLAN_FILE_ENV, RUN_CONTEXT_ENV, RunContext } from '../contract/evidence/run-context.ts';

/** Environment variable that keeps one run id for all processes of a Playwright that was started by hand. */
export const RUN_ID_ENV = 'GREENLIGHT_RUN_ID';

/**
 * What the command line said about this run; undefined when Playwright was started by hand.
 * @throws GreenlightError RUN_CONTEXT_INVALID when the file is named but cannot be used: guessing would judge the wrong run
 */
export function loadRunContext(env: NodeJS.ProcessEnv = process.env): RunContext | undefined {
  const file = env[RUN_CONTEXT_ENV];
  if (file === undefined || file === '') return undefined;
  try {
    return RunContext.parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch (cause) {
    throw new GreenlightError(
      'RUN_CONTEXT_INVALID',
      `the run context ${file} (from ${RUN_CONTEXT_ENV}) cannot be used`,
      { cause },
    );
  }
}

/**
 * The phase of this run: of the run context, else of `GREENLIGHT_PHASE`, else `post-cutover`.
 * @throws GreenlightError VARIABLE_REFUSED for a phase that does not exist
 */
export function currentPhase(env: NodeJS.ProcessEnv = process.env): Phase {
  const context = loadRunContext(env);
  if (context) return context.phase;
  const named = env[PHASE_ENV];
  if (named === undefined || named === '') return 'post-cutover';
  const phase = Phase.safeParse(named);
  if (phase.success) return phase.data;
  throw new GreenlightError('VARIABLE_REFUSED', `${PHASE_ENV} is "${named}", which is no phase`, {
    hint: `Use one of: ${Phase.options.join(', ')}.`,
  });
}

/** The checks that this process has to register: those of the plan and phase, or the share of them that the run has. */
export function checksOfThisRun(plan: Plan, env: NodeJS.ProcessEnv = process.env): readonly PlannedCheck[] {
  const own = loadRunContext(env)?.checks;
  const planned = checksOf(plan, currentPhase(env));
  if (own === undefined) return planned;
  const ids = new Set(own);
  return planned.filter((check) => ids.has(check.id));
}

/** Whether a check belongs to this run; each does, unless several machines share the run. */
export function isInThisRun(check: string, env: NodeJS.ProcessEnv = process.env): boolean {
  return loadRunContext(env)?.checks?.includes(check) ?? true;
}

/** The plan file of this run as an absolute path; undefined when neither the run context nor the environment names one. */
export function planFileOf(env: NodeJS.ProcessEnv = process.env): string | undefined {
  const context = loadRunContext(env);
  if (context) return resolve(context.planFile);
  const named = env[PLAN_FILE_ENV];
  return named ? resolve(named) : undefined;
}

/** The durable directory for ledger and leases: of the run context, else `.greenlight` beside the plan or in the current directory. */
export function stateDirectory(env: NodeJS.ProcessEnv = process.env): string {
  const context = loadRunContext(env);
  if (context) return resolve(context.stateDirectory);
  const planFile = planFileOf(env);
  return join(planFile === undefined ? process.cwd() : dirname(planFile), '.greenlight');
}

/**
 * The id of this run. Without a run context one is made and kept in `env`, which workers inherit when the
 * Playwright configuration asked first.
 */
export function runId(env: NodeJS.ProcessEnv = process.env): string {
  const context = loadRunContext(env);
  if (context) return context.id;
  return (env[RUN_ID_ENV] ||= `hand${randomBytes(4).toString('hex')}`);
}

/**
 * Loads and checks the plan of this run, for specs that do not import one themselves. Playwright's own loader
 * reads TypeScript here; elsewhere the file must be something that Node (or tsx) can import.
 * @throws GreenlightError PLAN_NOT_FOUND, PLAN_UNREADABLE or PLAN_INVALID
 */
export async function planOfThisRun(env: NodeJS.ProcessEnv = process.env): Promise<Plan> {
  const file = planFileOf(env);
  if (file === undefined) {
    throw new GreenlightError(
      'PLAN_NOT_FOUND',
      `neither ${RUN_CONTEXT_ENV} nor ${PLAN_FILE_ENV} names a plan`,
      {
        hint: `Set ${PLAN_FILE_ENV}=<plan file>, or start with \`greenlight run\`.`,
      },
    );
  }
  return parsePlan(await importPlan(file));
}

async function importPlan(file: string): Promise<unknown> {
  let module: { readonly default?: unknown };
  try {
    module = (await import(pathToFileURL(file).href)) as { readonly default?: unknown };
  } catch (cause) {
    throw new GreenlightError('PLAN_UNREADABLE', file, { cause });
  }
  // A CommonJS module that was compiled from `export default` arrives wrapped twice.
  const exported = module.default;
  const inner = (exported as { readonly __esModule?: boolean; readonly default?: unknown } | undefined) ?? {};
  return inner.__esModule === true ? inner.default : exported;
}
