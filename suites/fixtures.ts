import type { LaunchOptions } from '@playwright/test';
import { stagedTest, type StageTestFixtures, type StageWorkerFixtures } from '../checks/index.ts';
import { CHECK_ANNOTATION } from '../contract/plan/check-id.ts';
import { refuseUrlCredentials } from '../contract/plan/credential-problems.ts';
import { describeError } from '../contract/errors.ts';
import type { Plan } from '../contract/plan/plan.ts';
import { eventOfText } from '../contract/events/codes.ts';
import { type Ledger, openLedger } from '../safety/ledger.ts';
import { type Redactor, redactorOf } from '../safety/redactor.ts';
import { loadRunContext, stateDirectory } from '../host/run-context.ts';
import { refuseBrokenUndo } from '../safety/check-undo.ts';
import { refuseLiveKeys } from '../safety/live-keys.ts';
import { secretReader } from '../safety/secrets.ts';
import { planForFixtures } from './ambient-plan.ts';
import { browserBesidePlaywrights, type BrowserChoice, resolveBrowser } from './browser.ts';
import { type Control, CONTROL_ATTACHMENT, CONTROL_MEDIA_TYPE, createControl } from './control.ts';
import { createdData, type CreatedData } from './created-data.ts';
import { type BrowserSession, createBrowserSession, launchOptionsFor } from './page-session.ts';
import { openPorts, type Ports } from './ports.ts';
import { removeOwnMails } from './own-mails.ts';
import { identitiesOf, markOf, type RunScope, runScope } from './run-scope.ts';

/** Fixtures that live as long as a worker. */
export interface GreenlightWorkerFixtures extends StageWorkerFixtures {
  /** The plan of this run, checked, and without live keys. */
  readonly plan: Plan;
  readonly run: RunScope;
  /** How many identities the tests of this worker made. */
  readonly identities: { made: number };
  readonly redactor: Redactor;
  /** Mailbox, database rows, payments, webhook deliveries: opened when first used. */
  readonly ports: Ports;
  /** Value of an environment variable that the plan names. */
  readonly secret: (name: string) => string;
  /** The browser of flows; own checks use Playwright's `page`. */
  readonly browserSession: BrowserSession;
  /** Opens the ledger of this target when first used. */
  readonly openedLedger: () => Promise<Ledger>;
}

/** Fixtures of one test. */
export interface GreenlightTestFixtures extends StageTestFixtures {
  /** A new identity at every call; no other run, worker or attempt makes the same. */
  readonly unique: () => string;
  /** Records what a check creates, before it does, and removes it afterwards. */
  readonly created: CreatedData;
  /** Whether our own network works, asked at most once per test. */
  readonly control: Control;
  readonly controlAttachment: void;
}

/** Removing what a test created may take this long before Playwright gives up on it. */
const UNDO_TIMEOUT_MS = 60_000;

/**
 * The `test` of all suites: Playwright's own, which knows the plan. Whatever goes wrong in a fixture ends the test
 * without a finding, and that is `unknown`, never `fail`.
 */
export const test = stagedTest.extend<
  Omit<GreenlightTestFixtures, keyof StageTestFixtures>,
  Omit<GreenlightWorkerFixtures, keyof StageWorkerFixtures>
>({
  plan: [
    // Playwright wants a destructured first parameter even where nothing is used.

    async ({}, use) => {
      await use(await usablePlan());
    },
    { scope: 'worker' },
  ],
  run: [async ({}, use) => use(runScope()), { scope: 'worker' }],
  identities: [
    async ({ plan, run }, use) => {
      const identities = { made: 0 };
      await use(identities);
      if (identities.made > 0) await removeOwnMails(plan.target, markOf(run));
    },
    { scope: 'worker' },
  ],
  redactor: [async ({ plan }, use) => use(redactorOf(plan)), { scope: 'worker' }],
  secret: [async ({ plan }, use) => use(secretReader(plan)), { scope: 'worker' }],
  ports: [
    async ({ plan }, use) => {
      const ports = openPorts(plan.target);
      await use(ports);
      await ports.close();
    },
    { scope: 'worker' },
  ],
  openedLedger: [
    async ({ plan }, use) => {
      let ledger: Promise<Ledger> | undefined;
      await use(() => (ledger ??= openLedger(stateDirectory(), plan.target.name)));
    },
    { scope: 'worker' },
  ],
  browserSession: [
    async ({ playwright, headless, launchOptions }, use) => {
      const options = { ...launchOptions, headless: headless !== false };
      const session = createBrowserSession(playwright.chromium, options, () => findBrowser(headless));
      await use(session);
      await session.close();
    },
    { scope: 'worker' },
  ],
  // Playwright looks only into its own cache; own checks that use `page` shall find the same browser as flows do.
  launchOptions: [
    async ({ launchOptions }, use, { project }) => {
      // Read from the project: as fixtures, `headless` and `channel` themselves depend on `launchOptions`.
      const { browserName, defaultBrowserType, channel, connectOptions, headless } = project.use;
      const { executablePath, ...others } = launchOptions;
      // That of our configuration is for tests that know nothing of us: here it is tried before it is taken.
      const named = executablePath === browserBesidePlaywrights() ? undefined : executablePath;
      const chosen = named ?? launchOptions.channel ?? channel ?? connectOptions;
      const chromium = (browserName ?? defaultBrowserType ?? 'chromium') === 'chromium';
      await use(chromium && chosen === undefined ? await withBrowser(others, headless) : launchOptions);
    },
    { scope: 'worker' },
  ],
  baseURL: async ({ baseURL, plan }, use) => use(baseURL ?? plan.target.urls['app']),
  unique: async ({ run, identities }, use, testInfo) => {
    const unique = identitiesOf(run, testInfo);
    await use(() => {
      identities.made += 1;
      return unique();
    });
  },
  created: [
    async ({ plan, run, greenlightStage, secret, openedLedger, redactor }, use, testInfo) => {
      const check = testInfo.annotations.find((one) => one.type === CHECK_ANNOTATION)?.description;
      const data = createdData({
        plan,
        run: run.id,
        check: check ?? testInfo.title,
        secret,
        ledger: openedLedger,
        // `greenlight run` looks again at its end; by hand there is nobody else who does.
        pauses: loadRunContext() === undefined ? [1000, 2000] : [],
        createNothing: greenlightStage?.createNothing,
      });
      await use(data);
      await data.answered(testInfo.status === testInfo.expectedStatus ? 'answered' : 'unanswered');
      for (const left of await data.undoAll()) {
        const description = redactor.text(`${left.kind} ${left.identity}: ${left.reason}`);
        testInfo.annotations.push({ type: 'greenlight:left-on-target', description });
      }
    },
    { timeout: UNDO_TIMEOUT_MS },
  ],
  control: async ({ plan }, use) => use(createControl(plan.target.control)),
  controlAttachment: [
    async ({ control }, use, testInfo) => {
      await use();
      const unanswered = testInfo.errors.some(({ message = '' }) => tellsNoAnswer(message));
      if (!unanswered && control.answer === undefined) return;
      await testInfo.attach(CONTROL_ATTACHMENT, {
        body: JSON.stringify({ control: await control.ask() }),
        contentType: CONTROL_MEDIA_TYPE,
      });
    },
    { auto: true },
  ],
});

export { expect } from '@playwright/test';

async function usablePlan(): Promise<Plan> {
  try {
    const plan = await planForFixtures();
    refuseUrlCredentials(plan.target);
    refuseLiveKeys(plan);
    refuseBrokenUndo(plan);
    return plan;
  } catch (error) {
    // Playwright shows only the message of an error, and here the problems listed in it matter.
    throw new Error(describeError(error), { cause: error });
  }
}

/** Only of requests is a time-out one of the target: a click may time out for many reasons. */
function tellsNoAnswer(message: string): boolean {
  return (
    eventOfText(message) !== undefined || /apiRequestContext\.\w+: (Timeout|Request timed out)/.test(message)
  );
}

function findBrowser(headless: boolean | undefined): Promise<BrowserChoice> {
  return resolveBrowser(process.env, { headed: headless === false });
}

async function withBrowser(configured: LaunchOptions, headless: boolean | undefined): Promise<LaunchOptions> {
  const choice = await findBrowser(headless);
  // Without one Playwright's own message appears when, and only when, a check asks for a page.
  return 'missing' in choice ? configured : launchOptionsFor(choice, configured);
}
