import { type APIRequestContext, request as playwright } from '@playwright/test';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { flow } from '../../../contract/flow/flow.ts';
import type { Finding } from '../../../contract/evidence/finding.ts';
import type { ApplicationPort } from '../../../contract/ports/application.ts';
import { createHttpApplication } from '../../../safety/http-application.ts';
import { createPlaywrightApplication } from '../../../suites/adapters/app/playwright-application.ts';
import type { Control } from '../../../suites/control.ts';
import { runFlow } from '../../../suites/flows/run-flow.ts';
import { probeFinding } from '../../../suites/probe-finding.ts';
import { probeEndpoints } from '../../../suites/probes/endpoints-probe.ts';
import { BEHAVIOURS, type BehaviourName, pathOf, serveOddly } from './odd-servers.ts';

type Said = readonly [outcome: Finding['outcome'], cause: string | undefined];
const PASS: Said = ['pass', undefined];
const fails = (cause: string): Said => ['fail', cause];
const unknown = (cause: string): Said => ['unknown', cause];

/** What every behaviour means for one request; the compiler asks for a line per behaviour. */
const MEANS: Readonly<Record<BehaviourName, Said>> = {
  'sound JSON': PASS,
  gzip: PASS,
  brotli: PASS,
  'a byte order mark': PASS,
  'no body that says JSON': PASS,
  'no length': PASS,
  'gzip that is none': fails('body-undecodable'),
  'half of gzip': fails('body-undecodable'),
  'half of brotli': fails('body-undecodable'),
  'JSON cut short': fails('body-undecodable'),
  'HTML that says JSON': fails('body-undecodable'),
  'JSON that is not UTF-8': fails('body-undecodable'),
  'text that is not its charset': fails('body-undecodable'),
  'less than its length': fails('body-cut-short'),
  'chunks without an end': fails('body-cut-short'),
  'not HTTP': fails('no-answer'),
  'closed at once': fails('no-answer'),
  silent: fails('no-answer'),
  'headers without an end': unknown('headers-too-large'),
  'a broken server': fails('status'),
  'an overloaded server': fails('status'),
  'a limit for a moment': PASS,
  'a limit that stays': fails('rate-limited-still'),
  'a limit for an hour': unknown('rate-limited'),
  'a limit without a time': unknown('rate-limited'),
  'a challenge of Cloudflare': unknown('challenge-page'),
  'a page of Imperva': unknown('challenge-page'),
  'a captive portal': unknown('captive-portal'),
  'refused credentials': fails('status'),
};
/** Words of the same meaning where the one request is that of a probe, which has no words for single events. */
const OF_A_PROBE: Readonly<Record<string, string>> = {
  'body-cut-short': 'no-answer',
  'rate-limited-still': 'no-answer',
};

let server: Awaited<ReturnType<typeof serveOddly>>;
let context: APIRequestContext;
beforeAll(async () => {
  server = await serveOddly();
  context = await playwright.newContext();
});
afterAll(async () => {
  await context.dispose();
  await server.close();
});
beforeEach(() => server.seen.clear());

const control: Control = { ask: async () => 'not-asked', answer: undefined };
const never = async (): Promise<never> => Promise.reject(new Error('not asked for'));

function runStep(
  name: BehaviourName,
  application: ApplicationPort,
  control: Control,
  budgetMs = 1500,
): Promise<Finding> {
  const asked = flow('asked', { title: 'It answers' }).request('ask', {
    request: () => ({ method: 'GET', path: pathOf(name) }),
  });
  return runFlow({
    check: 'asked',
    flow: asked,
    startedAt: Date.now(),
    urls: { app: server.base },
    budgetMs,
    context: { unique: () => 'gl-1', data: {}, secret: () => '' },
    application,
    port: () => {
      throw new Error('no port');
    },
    openPage: never,
    closePage: async () => undefined,
    recordCreated: async () => undefined,
    control,
    rateLimitWaitMs: 5000,
  });
}

const names = Object.keys(BEHAVIOURS) as BehaviourName[];

describe.each([
  ['a flow, through Playwright', () => createPlaywrightApplication(context)],
  ['a flow, through Node', () => createHttpApplication()],
] as const)('%s', (_where, open) => {
  test.each(names)('%s', async (name) => {
    const finding = await runStep(name, open(), control);
    expect([finding.outcome, finding.cause], finding.summary).toEqual(MEANS[name]);
    if (finding.outcome === 'unknown') expect(finding.remedy).toBeTruthy();
  });
});

test.each(names)('a probe: %s', async (name) => {
  const tools = {
    application: createHttpApplication(),
    urls: { app: server.base },
    control,
    rateLimitWaitMs: 5000,
  };
  const probe = {
    kind: 'endpoints',
    id: 'there',
    title: 'It is there',
    phases: ['post-cutover'],
    endpoint: 'app',
    budgetMs: 1500,
    paths: [pathOf(name)],
    status: 200,
  } as const;
  const finding = await probeFinding('there', () =>
    probeEndpoints({ ...probe, phases: [...probe.phases], paths: [...probe.paths] }, tools),
  );
  const [outcome, cause] = MEANS[name];
  expect([finding.outcome, finding.cause], finding.summary).toEqual([
    outcome,
    OF_A_PROBE[cause ?? ''] ?? cause,
  ]);
});

test.each(['not HTTP', 'closed at once', 'silent', 'less than its length'] as const)(
  'while our own network is down, %s shows nothing',
  async (name) => {
    const silent: Control = { ask: async () => 'silent', answer: 'silent' };
    const finding = await runStep(name, createHttpApplication(), silent, 300);
    expect([finding.outcome, finding.cause], finding.summary).toEqual(['unknown', 'network']);
  },
);

test('a limit for a moment is met by asking once more, and what is wanted is asked once', async () => {
  await runStep('a limit for a moment', createHttpApplication(), control);
  expect(server.seen.get('a limit for a moment')).toBe(2);
  const limited = flow('limited', { title: 'It limits' }).request('ask', {
    request: () => ({ method: 'GET', path: pathOf('a limit that stays') }),
    status: 429,
    response: z.unknown(),
  });
  const application = createHttpApplication();
  const finding = await runFlow({
    check: 'limited',
    flow: limited,
    startedAt: Date.now(),
    urls: { app: server.base },
    budgetMs: 1500,
    context: { unique: () => 'gl-1', data: {}, secret: () => '' },
    application,
    port: () => {
      throw new Error('no port');
    },
    openPage: never,
    closePage: async () => undefined,
    recordCreated: async () => undefined,
    control,
  });
  expect(finding.outcome).toBe('pass');
  expect(server.seen.get('a limit that stays')).toBe(1);
});
