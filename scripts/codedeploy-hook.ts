import { GreenlightError } from '../contract/errors.ts';
import { endLifecycleHook, type LifecycleHook } from '../reporters/publishers/codedeploy.ts';

/** What CodeDeploy calls the function of a hook with. */
export interface HookEvent {
  readonly DeploymentId: string;
  readonly LifecycleEventHookExecutionId: string;
}

/** The part of Lambda's context that is used. */
export interface HookContext {
  getRemainingTimeInMillis(): number;
}

/** How a hook is answered. Everything can be replaced in tests. */
export interface HookParts {
  readonly env: NodeJS.ProcessEnv;
  readonly end: (hook: LifecycleHook, mayGoOn: boolean) => Promise<void>;
  readonly pause: (ms: number) => Promise<void>;
  /** One line for the log of the function. */
  readonly log: (line: string) => void;
}

/** Kept back to tell CodeDeploy: a hook that says nothing blocks the deployment for an hour. */
const RESERVE_MS = 45_000;
const ASK_MS = 8000;
const PAUSE_MS = 10_000;

const PARTS: HookParts = {
  env: process.env,
  end: endLifecycleHook,
  pause: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
  log: (line) => process.stdout.write(`${line}\n`),
};

/**
 * Makes the function of a lifecycle hook of AWS CodeDeploy: it asks the gate about this deployment until there is an
 * answer, and lets traffic pass on GO alone. The run is given the deployment's id with --nonce.
 */
export function createCodeDeployHook(
  parts: Partial<HookParts> = {},
): (event: HookEvent, context: HookContext) => Promise<void> {
  const { env, end, pause, log } = { ...PARTS, ...parts };
  return async (event, context) => {
    const hook = { deploymentId: event.DeploymentId, executionId: event.LifecycleEventHookExecutionId };
    let answer: HookAnswer = { mayGoOn: false, final: false, why: 'the gate was not asked' };
    try {
      const ask = asker(env, event.DeploymentId);
      do {
        answer = await ask();
        if (!answer.final) await pause(PAUSE_MS);
      } while (!answer.final && context.getRemainingTimeInMillis() > RESERVE_MS + ASK_MS + PAUSE_MS);
    } catch (error) {
      // Whatever is wrong with this function: the deployment is told no, and does not hang.
      answer = { mayGoOn: false, final: true, why: error instanceof Error ? error.message : String(error) };
    }
    // CodeDeploy takes no text; the log of the function is where a human looks.
    log(JSON.stringify({ deployment: event.DeploymentId, ...answer }));
    await end(hook, answer.mayGoOn);
  };
}

/** Entry for Lambda: `greenlight/codedeploy-hook`, `handler`. */
export const handler = createCodeDeployHook();

interface HookAnswer {
  readonly mayGoOn: boolean;
  /** Whether asking again could change it. */
  readonly final: boolean;
  readonly why: string;
}

function asker(env: NodeJS.ProcessEnv, deployment: string): () => Promise<HookAnswer> {
  const gate = needed(env, 'GREENLIGHT_GATE_URL');
  const question = new URLSearchParams({
    target: needed(env, 'GREENLIGHT_TARGET'),
    phase: env['GREENLIGHT_PHASE'] || 'post-cutover',
    nonce: deployment,
  });
  const token = env['GREENLIGHT_TOKEN'];
  return async () => {
    try {
      const response = await fetch(`${gate.replace(/\/$/, '')}/v1/verdict?${question.toString()}`, {
        headers: token ? { authorization: `Bearer ${token}` } : {},
        redirect: 'manual',
        signal: AbortSignal.timeout(ASK_MS),
      });
      const body = (await response.json()) as { verdict?: unknown; reason?: unknown; report?: unknown };
      const why = [body.verdict, body.reason, body.report]
        .filter((part) => typeof part === 'string')
        .join(' ');
      if (response.status === 200 && body.verdict === 'GO') return { mayGoOn: true, final: true, why };
      const final = body.verdict === 'NO_GO' || body.verdict === 'INCONCLUSIVE' || body.verdict === 'EXPIRED';
      return { mayGoOn: false, final, why: why || `the gate answered ${response.status}` };
    } catch (error) {
      return { mayGoOn: false, final: false, why: error instanceof Error ? error.message : String(error) };
    }
  };
}

function needed(env: NodeJS.ProcessEnv, name: string): string {
  const value = env[name];
  if (value) return value;
  throw new GreenlightError('VARIABLE_MISSING', `the environment variable ${name} is not set`);
}
