import type { PlaywrightWorkerArgs } from '@playwright/test';
import { addressesOf } from '../../contract/plan/addresses.ts';
import type { FlowContext } from '../../contract/flow/flow.ts';
import type { Plan } from '../../contract/plan/plan.ts';
import type { LogIn } from '../../contract/plan/probes/twin-request.ts';
import { createPlaywrightApplication } from '../adapters/app/playwright-application.ts';
import { CannotTell } from '../cannot-tell.ts';
import type { Control } from '../control.ts';
import { type Journey, runJourney } from '../flows/run-flow.ts';
import type { Probed } from '../probe-finding.ts';
import { targetApplication } from '../target-application.ts';
import type { TwinHeaders } from './ask-twins.ts';

/** What a log-in needs besides its flow. */
export interface LogInTools {
  readonly plan: Plan;
  readonly playwright: PlaywrightWorkerArgs['playwright'];
  readonly control: Control;
  readonly context: Pick<FlowContext, 'unique' | 'secret'>;
}

/**
 * Logs somebody in on old and on new by a flow of the plan. Who that is then says what the flow captured as `headers`,
 * and the cookies that it got.
 * @param name who, for people
 * @returns what is wrong, where new does not let in whom old lets in
 * @throws CannotTell where old does not let them in either, or nobody can tell
 */
export async function logInOnBoth(
  logIn: LogIn,
  name: string,
  tools: LogInTools,
): Promise<TwinHeaders | { readonly refused: Probed }> {
  const old = await logInOn('old', logIn, tools);
  if (old.finding.outcome !== 'pass') {
    throw new CannotTell('log-in-fails-on-old', `${name} cannot log in on old: ${old.finding.summary}`, {
      remedy: `correct the flow "${logIn.flow}" or the account that it uses: both systems must know it`,
    });
  }
  const asked = await logInOn('new', logIn, tools);
  const { outcome, summary, cause, remedy } = asked.finding;
  if (outcome === 'pass') return { old: old.headers, new: asked.headers };
  if (outcome !== 'fail') {
    const options = remedy === undefined ? {} : { remedy };
    throw new CannotTell(cause ?? 'log-in-unknown', `${name} could not log in: ${summary}`, options);
  }
  const wrong = `${name} can log in on old and not on new: ${summary}`;
  const statement = { name: `log-in of ${name}`, ok: false, measured: summary, expected: 'as on old' };
  return { refused: { statements: [statement], holds: '', wrong, cause: 'log-in-fails' } };
}

/**
 * Logs somebody in on one side by a flow of the plan. @returns besides the finding what later requests send, and all that
 * was captured @throws CannotTell where the log-in gives nothing to send
 */
export async function logInOn(
  side: 'old' | 'new',
  logIn: Pick<LogIn, 'flow'>,
  { plan, playwright, control, context }: LogInTools,
): Promise<Pick<Journey, 'finding' | 'captured'> & { readonly headers: Readonly<Record<string, string>> }> {
  const { target } = plan;
  const flow = plan.flows.find(({ id }) => id === logIn.flow);
  if (flow === undefined) throw new CannotTell('harness', `the plan has no flow "${logIn.flow}"`);
  const urls = side === 'new' ? target.urls : (target.old?.urls ?? {});
  const requests = await playwright.request.newContext();
  const none = (what: string) => (): never => {
    throw new CannotTell('flow-mistaken', `the log-in "${flow.id}" ${what}`);
  };
  try {
    const { finding, captured } = await runJourney({
      check: flow.id,
      flow,
      startedAt: Date.now(),
      urls: addressesOf({ ...target, urls }),
      thirdParties: new Set(Object.keys(target.thirdParties ?? {})),
      budgetMs: plan.budgetMs,
      rateLimitWaitMs: plan.rateLimit.waitMs,
      context: { ...context, data: flow.options.data?.[0] ?? {} },
      application: targetApplication(createPlaywrightApplication(requests), target),
      port: none('observes'),
      openPage: async () => none('drives a page')(),
      closePage: async () => undefined,
      recordCreated: async () => none('creates something')(),
      control,
    });
    const { cookies } = await requests.storageState();
    const headers = {
      ...(cookies.length > 0 && { cookie: cookies.map((one) => `${one.name}=${one.value}`).join('; ') }),
      ...headersIn(captured['headers'], flow.id),
    };
    if (finding.outcome === 'pass' && Object.keys(headers).length === 0) {
      throw new CannotTell(
        'log-in-gives-nothing',
        `the log-in "${flow.id}" got no cookie and captured no \`headers\``,
        {
          remedy:
            'capture what later requests must send: capture: ({ body }) => ({ headers: { authorization: `Bearer ${body.token}` } })',
        },
      );
    }
    return { finding, captured, headers };
  } finally {
    await requests.dispose();
  }
}

function headersIn(captured: unknown, flow: string): Readonly<Record<string, string>> {
  if (captured === undefined) return {};
  if (
    typeof captured === 'object' &&
    captured !== null &&
    Object.values(captured).every((value) => typeof value === 'string')
  )
    return captured as Record<string, string>;
  throw new CannotTell('flow-mistaken', `the log-in "${flow}" captured \`headers\` that are no texts`, {
    remedy: 'capture them as { name: value }',
  });
}
