import type { PlaywrightWorkerArgs, TestInfo } from '@playwright/test';
import { callFromUserPlace, type PlannedLook, registerChecks } from '../../checks/index.ts';
import { addressesOf, placesOf } from '../../contract/plan/addresses.ts';
import { checksOf, type PlannedCheck } from '../../contract/plan/checks.ts';
import type { Finding } from '../../contract/evidence/finding.ts';
import type { DataRow, Flow } from '../../contract/flow/flow.ts';
import type { Plan, PlanInput } from '../../contract/plan/plan.ts';
import { checksOfThisRun, currentPhase } from '../../host/run-context.ts';
import { createPlaywrightApplication } from '../adapters/app/playwright-application.ts';
import { registerPlan } from '../ambient-plan.ts';
import { CannotTell } from '../cannot-tell.ts';
import { type GreenlightTestFixtures, type GreenlightWorkerFixtures, test } from '../fixtures.ts';
import type { BrowserSession, OpenPage } from '../page-session.ts';
import { targetApplication } from '../target-application.ts';
import type { FlowRun } from './flow-run.ts';
import { openerOfOld } from './old-page.ts';
import { type Journey, longestRun, runJourney } from './run-flow.ts';
import { toldFindings } from './told-findings.ts';

type Fixtures = Pick<GreenlightWorkerFixtures, 'ports' | 'secret' | 'redactor'> &
  Pick<GreenlightTestFixtures, 'unique' | 'created' | 'control'> &
  Pick<PlaywrightWorkerArgs, 'playwright'>;

/** Room beside the flow's own budgets: starting a browser, asking the control address, writing the finding. */
const OVERHEAD_MS = 60_000;

/** Registers one Playwright test for each flow that the phase of this run requires. */
export function defineFlows(input: Plan | PlanInput): void {
  const plan = registerPlan(input);
  const journeys = new Set(checksOfThisRun(plan).flatMap(({ partOf }) => partOf ?? []));
  const describe = (body: () => void): void => test.describe(body);
  callFromUserPlace()(describe, () => {
    test.describe.configure({ mode: 'parallel' });
    registerChecks(test, plan, 'suites/flows', {
      flow: (check) => {
        const flow = flowOf(plan, check);
        return journeys.has(flow.id) ? undefined : lookThrough(plan, flow, check);
      },
    });
    for (const id of journeys) {
      // One after the other, and in one worker while they pass: the first of them runs the journey for all.
      const one = (): void => {
        test.describe.configure({ mode: 'default' });
        registerChecks(test, plan, 'suites/flows', {
          flow: (check) => {
            const flow = flowOf(plan, check);
            return flow.id === id ? lookThrough(plan, flow, check) : undefined;
          },
        });
      };
      callFromUserPlace()(describe, one);
    }
  });
}

/** The flow that a check is told by. */
function flowOf(plan: Plan, check: PlannedCheck): Flow {
  const id = check.partOf ?? check.id;
  const flow = plan.flows.find((one) => one.id === id && one.options.check !== false);
  if (!flow) throw new Error(`the manifest names the flow "${id}", which the plan does not have`);
  return flow;
}

function lookThrough(
  plan: Plan,
  flow: Flow,
  check: PlannedCheck,
): PlannedLook<Fixtures & Pick<GreenlightWorkerFixtures, 'browserSession'>> {
  const tags = flow.options.area === undefined ? [] : [flow.options.area];
  // Two shapes, because Playwright sets up what a test names: only flows with pages may need a browser.
  if (flow.steps.some((step) => step.kind === 'page')) {
    return {
      tags,
      look: ({ playwright, ports, secret, redactor, unique, created, control, browserSession }, testInfo) => {
        const fixtures = { playwright, ports, secret, redactor, unique, created, control };
        return runCheck(plan, flow, check, fixtures, testInfo, browserSession);
      },
    };
  }
  return {
    tags,
    look: ({ playwright, ports, secret, redactor, unique, created, control }, testInfo) => {
      const fixtures = { playwright, ports, secret, redactor, unique, created, control };
      return runCheck(plan, flow, check, fixtures, testInfo, undefined);
    },
  };
}

/** What a run of the journey says about one check; the journey runs once for all checks that it tells. */
async function runCheck(
  plan: Plan,
  flow: Flow,
  check: PlannedCheck,
  fixtures: Fixtures,
  testInfo: TestInfo,
  browsers: BrowserSession | undefined,
): Promise<Finding> {
  const stepChecks = new Set(
    checksOf(plan, currentPhase()).flatMap(({ id, partOf }) => (partOf === flow.id ? [id] : [])),
  );
  if (stepChecks.size === 0) {
    return (await runOnce(plan, flow, stepChecks, fixtures, testInfo, browsers)).finding;
  }
  const told = toldFindings(testInfo.project.outputDir, `${flow.id} ${testInfo.repeatEachIndex}`);
  const before = told.take(check.id);
  if (before !== undefined) return before;
  const { finding, ofSteps } = await runOnce(plan, flow, stepChecks, fixtures, testInfo, browsers);
  const all = [finding, ...ofSteps.values()];
  for (const other of all) if (other.check !== check.id) told.keep(fixtures.redactor.deep(other));
  const own = all.find((one) => one.check === check.id);
  if (own === undefined)
    throw new CannotTell('harness', `the journey "${flow.id}" said nothing about ${check.id}`);
  return own;
}

async function runOnce(
  plan: Plan,
  flow: Flow,
  stepChecks: ReadonlySet<string>,
  fixtures: Fixtures,
  testInfo: TestInfo,
  browsers: BrowserSession | undefined,
): Promise<Journey> {
  // Playwright's own time-out says nothing about the target, so it must never come before a budget's end.
  const { budgetMs, rateLimit } = plan;
  const requestSteps = flow.steps.filter(({ kind }) => kind === 'request').length;
  testInfo.setTimeout(
    longestRun({ flow, budgetMs, oldUrls: plan.target.old?.urls }) +
      requestSteps * 2 * (rateLimit.waitMs + budgetMs) +
      OVERHEAD_MS,
  );
  const requests = await fixtures.playwright.request.newContext();
  let opened: OpenPage | undefined;
  const openPage = async (): Promise<OpenPage> => {
    if (!browsers) throw new CannotTell('harness', 'the flow was registered without a browser');
    opened ??= await browsers.open({
      baseURL: plan.target.urls['app'] ?? '',
      storageState: await requests.storageState(),
      places: placesOf(plan.target),
    });
    return opened;
  };
  const run: FlowRun = {
    check: flow.id,
    flow,
    stepChecks,
    startedAt: Date.now(),
    urls: addressesOf(plan.target),
    thirdParties: new Set(Object.keys(plan.target.thirdParties ?? {})),
    budgetMs,
    oldUrls: plan.target.old?.urls,
    rateLimitWaitMs: rateLimit.waitMs,
    context: { unique: fixtures.unique, secret: fixtures.secret, data: rowFor(flow, testInfo.retry) },
    application: targetApplication(
      {
        // From the first page on, requests and pages share their cookies: it is one visitor.
        send: async (request, budgetMs) => {
          const application = createPlaywrightApplication(opened?.requests ?? requests);
          let answer: Awaited<ReturnType<typeof application.send>>;
          try {
            answer = await application.send(request, budgetMs);
          } catch (error) {
            await fixtures.created.answered('unanswered');
            throw error;
          }
          await fixtures.created.answered(isCarriedOut(answer.status) ? 'answered' : 'unanswered');
          return answer;
        },
      },
      plan.target,
    ),
    port: (name) => fixtures.ports.port(name),
    openPage,
    openOldPage: openerOfOld(plan.target, browsers),
    closePage: async () => opened?.close(),
    recordCreated: (record) => fixtures.created.record(record),
    control: fixtures.control,
    stage: (title, body, failed) =>
      showStep(title, body, (ended) => {
        const problem = failed(ended);
        return problem === undefined ? undefined : fixtures.redactor.text(problem);
      }),
  };
  try {
    return await runJourney(run);
  } finally {
    await opened?.close();
    await requests.dispose();
  }
}

/** What is created by then or never: not where it was only accepted, or a gateway spoke for who may still do it. */
function isCarriedOut(status: number): boolean {
  return ![202, 408, 499, 502, 503, 504].includes(status) && !(status >= 520 && status <= 530);
}

/** A retry takes the next row of the data pool, as it takes new identities. */
function rowFor(flow: Flow, retry: number): DataRow {
  const rows = flow.options.data ?? [];
  return rows[retry % Math.max(1, rows.length)] ?? {};
}

class StepDidNotHold extends Error {
  override readonly name = 'StepDidNotHold';
}

async function showStep<T>(
  title: string,
  body: () => Promise<T>,
  failed: (ended: T) => string | undefined,
): Promise<T> {
  let ended: { readonly value: T } | undefined;
  try {
    await test.step(title, async () => {
      ended = { value: await body() };
      const problem = failed(ended.value);
      if (problem !== undefined) throw new StepDidNotHold(problem);
    });
  } catch (error) {
    // Thrown only to paint the step red; the finding says what it means.
    if (!(error instanceof StepDidNotHold)) throw error;
  }
  if (!ended) throw new Error(`the step "${title}" did not end`);
  return ended.value;
}
