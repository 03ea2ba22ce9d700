import {
  defineConfig,
  type PlaywrightTestConfig,
  type PlaywrightTestProject,
  type ReporterDescription,
} from '@playwright/test';
import type { Project } from '../contract/evidence/outcome.ts';
import { describeError } from '../contract/errors.ts';
import { hostsWithoutPictures } from '../contract/plan/pictures.ts';
import type { Plan, PlanInput } from '../contract/plan/plan.ts';
import { RUN_CONTEXT_ENV } from '../contract/evidence/run-context.ts';
import { protectSecretsOf } from '../safety/process-secrets.ts';
import { runId } from '../host/run-context.ts';
import { announcePlan } from '../suites/ambient-plan.ts';
import { browserBesidePlaywrights } from '../suites/browser.ts';
import { PAGE_WITHIN_MS } from '../suites/flows/flow-run.ts';
import { packageDirectory } from '../host/find-playwright.ts';
import { ownModule } from '../host/package-root.ts';
import { ALLURE_RESULTS_ENV } from './playwright-env.ts';
import { leavesSpecsOut, runsASpec } from './user-specs/beside-ours.ts';

/** What a project may decide for itself. Everything else is as Greenlight needs it. */
export interface PlaywrightOverrides {
  /** Where the specs are, relative to the Playwright configuration; default `greenlight`. */
  readonly testDir?: string;
  /** Where the specs of one project are, when they are not all in `testDir` under their usual names. */
  readonly specs?: Partial<Record<Project, Pick<PlaywrightTestProject, 'testDir' | 'testMatch'>>>;
  /** Added to `use` of every project. */
  readonly use?: PlaywrightTestConfig['use'];
  /** More reporters of your own; they see what the redactor left. */
  readonly reporters?: readonly ReporterDescription[];
  /** Default 0: a blocking check that only passes at the second try is not GO. */
  readonly retries?: number;
}

/** Extensions of spec files that Playwright loads. */
const SPEC = 'spec.@(ts|mts|cts|js|mjs|cjs)';

/** `readiness.spec.mts`, and own specs such as `cache.readiness.spec.mts`; all others are suites. */
const SPECS: Record<Project, Pick<PlaywrightTestProject, 'testMatch' | 'testIgnore'>> = {
  readiness: { testMatch: [`**/readiness.${SPEC}`, `**/*.readiness.${SPEC}`] },
  suites: {
    testMatch: `**/*.${SPEC}`,
    testIgnore: ['readiness', 'data-checks', 'load'].flatMap((name) => [
      `**/${name}.${SPEC}`,
      `**/*.${name}.${SPEC}`,
    ]),
  },
  'data-checks': { testMatch: [`**/data-checks.${SPEC}`, `**/*.data-checks.${SPEC}`] },
  load: { testMatch: [`**/load.${SPEC}`, `**/*.load.${SPEC}`] },
};

/**
 * Load generators must not compete with each other. Readiness asks a few short questions: starting a second worker
 * takes longer than all of them.
 */
const ONE_WORKER: ReadonlySet<Project> = new Set(['readiness', 'load']);

/** For Playwright started by hand; `greenlight run` runs the projects in stages of its own. */
const DEPENDENCIES: Record<Project, Project[]> = {
  readiness: [],
  suites: ['readiness'],
  'data-checks': ['readiness'],
  load: ['suites', 'data-checks'],
};

/**
 * The Playwright configuration of a plan: the projects readiness, suites, data-checks and load, the reporters in the
 * order that keeps secrets in, and a browser that is there.
 * @throws Error that lists every problem of the plan
 */
export function defineGreenlightPlaywright(
  input: PlanInput,
  overrides: PlaywrightOverrides = {},
): PlaywrightTestConfig {
  const plan = checked(input);
  // Started by hand, the redactor has no other way to know which variables hold secrets.
  protectSecretsOf(plan);
  // Made here, in Playwright's first process, so that its workers inherit one id.
  runId();
  return defineConfig({
    testDir: overrides.testDir ?? 'greenlight',
    outputDir: 'test-results',
    timeout: 120_000,
    fullyParallel: true,
    forbidOnly: process.env[RUN_CONTEXT_ENV] !== undefined || process.env['CI'] !== undefined,
    retries: overrides.retries ?? 0,
    workers: plan.workers,
    // The budget of a page step is what counts there: Playwright's own five seconds must not end it before.
    ...expectTimeout(plan),
    reporter: reporters(overrides),
    use: {
      ...pictures(plan),
      // Needs an ffmpeg that Playwright downloads; without it every test would fail.
      video: 'off',
      ...withBrowser(overrides.use),
      // What the plan does not allow is not taken, whatever the configuration says.
      ...(hostsWithoutPictures(plan).length > 0 ? NO_PICTURES : {}),
    },
    projects: (Object.keys(SPECS) as Project[]).map((name) => ({
      name,
      ...leavesSpecsOut(plan, overrides.specs?.[name] ?? SPECS[name]),
      dependencies: runsASpec() ? [] : DEPENDENCIES[name],
      ...(ONE_WORKER.has(name) ? { workers: 1 } : {}),
    })),
  });
}

function checked(input: PlanInput): Plan {
  try {
    return announcePlan(input);
  } catch (error) {
    // Playwright shows only the message of what a configuration throws, and the problems are not in it.
    throw new Error(describeError(error), { cause: error });
  }
}

/** Pixels cannot be redacted: only of this machine, or of hosts that the plan names for it. */
function pictures(
  plan: Plan,
): Pick<NonNullable<PlaywrightTestConfig['use']>, 'trace' | 'screenshot' | 'video'> {
  if (hostsWithoutPictures(plan).length > 0) return NO_PICTURES;
  return { trace: 'retain-on-failure', screenshot: 'only-on-failure' };
}

const NO_PICTURES = { trace: 'off', screenshot: 'off', video: 'off' } as const;

/** As long as the longest page step may take; Playwright's default where no flow drives a page. */
function expectTimeout(plan: Plan): Pick<PlaywrightTestConfig, 'expect'> {
  const budgets = plan.flows.flatMap(({ steps }) =>
    steps.flatMap((step) => (step.kind === 'page' ? [step.budgetMs ?? PAGE_WITHIN_MS] : [])),
  );
  return budgets.length === 0 ? {} : { expect: { timeout: Math.max(...budgets) } };
}

/** A plain spec beside ours shall find the browser that our flows find; Playwright looks only into its own cache. */
function withBrowser(use: PlaywrightOverrides['use'] = {}): PlaywrightTestConfig['use'] {
  const { launchOptions, channel, connectOptions, browserName, defaultBrowserType } = use;
  const chosen = launchOptions?.executablePath ?? launchOptions?.channel ?? channel ?? connectOptions;
  if (chosen !== undefined || (browserName ?? defaultBrowserType ?? 'chromium') !== 'chromium') return use;
  const executablePath = browserBesidePlaywrights();
  return executablePath === undefined ? use : { ...use, launchOptions: { ...launchOptions, executablePath } };
}

/** The redactor first: it cleans what all others see. The recorder last: it must see what the others did. */
function reporters(overrides: PlaywrightOverrides): ReporterDescription[] {
  // What the tests of an existing spec come to is told by their check, once.
  const ofSpec = runsASpec();
  const allure = ofSpec ? undefined : packageDirectory('allure-playwright', import.meta.filename);
  // The command line adds the recorder itself, so that no configuration can leave it out.
  const byHand = process.env[RUN_CONTEXT_ENV] === undefined && !ofSpec;
  return [
    [ownModule('safety/redactor-reporter')],
    ['list'],
    ...(overrides.reporters ?? []),
    ...(allure === undefined
      ? []
      : [
          [
            allure,
            { resultsDir: process.env[ALLURE_RESULTS_ENV] ?? 'allure-results' },
          ] as ReporterDescription,
        ]),
    ...(byHand ? [[ownModule('reporters/recorder')] as ReporterDescription] : []),
  ];
}
