import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Verdict } from '../../../contract/verdict/verdict.ts';
import { createPost } from '../../../host/post.ts';
import { signature } from '../../../reporters/publishers/webhook.ts';
import { createCodeDeployHook } from '../../../scripts/codedeploy-hook.ts';
import { publishVerdict } from '../../../run/publish-verdict.ts';
import type { PublisherName } from '../../../reporters/publishers/index.ts';
import { mustHaveSettings } from '../../../run/publisher-settings.ts';
import { type GateUnderTest, startGate } from '../../unit/gate/gate-under-test.ts';
import { TARGET, verdictOf, type VerdictOf, writeVerdict } from '../../unit/gate/verdicts.ts';
import { startReceiver, type StandInReceiver } from './stand-in-receiver.ts';

const SECRET = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
const NEXT_SECRET = 'whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD';
const ROUTING_KEY = 'R0123456789ABCDEF0123456789ABCDE';
const GITHUB_TOKEN = 'ghs_0123456789abcdefghijklmnopqrstuvwxyz';
const AWS_ENV = {
  AWS_REGION: 'eu-central-1',
  AWS_ACCESS_KEY_ID: 'AKIDSTANDIN',
  AWS_SECRET_ACCESS_KEY: 'stand-in-secret-access-key',
  AWS_EC2_METADATA_DISABLED: 'true',
} as const;

let receiver: StandInReceiver;
let directory: string;
let pauses: number[];
beforeEach(async () => {
  receiver = await startReceiver();
  directory = mkdtempSync(path.join(tmpdir(), 'greenlight-callbacks-'));
  pauses = [];
  vi.stubEnv('AWS_ENDPOINT_URL_CODEDEPLOY', receiver.url);
  for (const [name, value] of Object.entries(AWS_ENV)) vi.stubEnv(name, value);
});
afterEach(async () => {
  vi.unstubAllEnvs();
  rmSync(directory, { recursive: true, force: true });
  await receiver.close();
});

const envOf = (url: string): NodeJS.ProcessEnv => ({
  GITHUB_TOKEN,
  GITHUB_REPOSITORY: 'acme/shop',
  GITHUB_API_URL: url,
  GREENLIGHT_GITHUB_DEPLOYMENT: '42',
  GREENLIGHT_CODEDEPLOY_DEPLOYMENT: 'd-ABCDEF123',
  GREENLIGHT_CODEDEPLOY_HOOK: 'hook-execution-1',
  GREENLIGHT_WEBHOOK_URL: `${url}/hooks/greenlight`,
  GREENLIGHT_WEBHOOK_SECRET: `${SECRET} ${NEXT_SECRET}`,
  GREENLIGHT_SLACK_URL: `${url}/services/T000/B000/slack-secret-path`,
  GREENLIGHT_PAGERDUTY_URL: `${url}/v2/enqueue`,
  GREENLIGHT_PAGERDUTY_ROUTING_KEY: ROUTING_KEY,
});

const REPORT = 'https://reports.example.com/run1/';
const post = createPost((ms) => {
  pauses.push(ms);
  return Promise.resolve();
});

/** Tells one receiver. Gives back what people see, and the record beside the report. */
async function tell(name: PublisherName, options: VerdictOf | Verdict, url = receiver.url) {
  const verdict = 'schema' in options ? options : verdictOf(options);
  const env = envOf(url);
  mustHaveSettings([name], env);
  let shown = '';
  const show = (text: string): void => void (shown += text);
  await publishVerdict([name], verdict, {
    env,
    directory,
    screen: { err: show, command: show },
    report: REPORT,
    post,
  });
  const record = JSON.parse(readFileSync(path.join(directory, 'deliveries.json'), 'utf8')) as {
    told: { delivered: boolean; problem: string | null }[];
  };
  return { shown, told: record.told[0] };
}

const arrived = (): Record<string, unknown> =>
  JSON.parse(receiver.received[0]?.body ?? '') as Record<string, unknown>;

/** A product whose words try to be more than words, and far too many of them. */
function hostile(decision: 'NO_GO' = 'NO_GO'): Verdict {
  const verdict = verdictOf({ decision });
  const reason = `<!channel> *boom*\n${'é&<'.repeat(2000)}`;
  return { ...verdict, reason, reasons: Array.from({ length: 500 }, (_, index) => `${index} ${reason}`) };
}

describe('GitHub deployment status (stand-in for api.github.com)', () => {
  test.each([
    ['GO', 'success'],
    ['NO_GO', 'failure'],
    ['INCONCLUSIVE', 'error'],
  ] as const)('%s is %s', async (decision, state) => {
    receiver.answers = [[201]];
    expect((await tell('github-deployment', { decision })).told).toMatchObject({ delivered: true });
    expect(receiver.received[0]?.path).toBe('/repos/acme/shop/deployments/42/statuses');
    expect(receiver.received[0]?.headers['authorization']).toBe(`Bearer ${GITHUB_TOKEN}`);
    expect(arrived()).toMatchObject({ state, log_url: REPORT, auto_inactive: false });
  });

  test('the description has at most 140 characters', async () => {
    await tell('github-deployment', hostile());
    expect(String(arrived()['description']).length).toBeLessThanOrEqual(140);
  });
});

describe('AWS CodeDeploy (stand-in for its endpoint, the real SDK)', () => {
  test.each([
    ['GO', 'Succeeded'],
    ['NO_GO', 'Failed'],
    ['INCONCLUSIVE', 'Failed'],
  ] as const)('%s is %s', async (decision, status) => {
    const accepted = JSON.stringify({ lifecycleEventHookExecutionId: 'hook-execution-1' });
    receiver.answers = [[200, { 'content-type': 'application/x-amz-json-1.1' }, accepted]];
    expect((await tell('codedeploy', { decision })).told).toMatchObject({ delivered: true });
    expect(receiver.received[0]?.headers['x-amz-target']).toBe(
      'CodeDeploy_20141006.PutLifecycleEventHookExecutionStatus',
    );
    expect(arrived()).toEqual({
      deploymentId: 'd-ABCDEF123',
      lifecycleEventHookExecutionId: 'hook-execution-1',
      status,
    });
  });

  test('a role that may not report is told about', async () => {
    const denied = JSON.stringify({ __type: 'AccessDeniedException', message: 'not authorized' });
    receiver.answers = [[400, { 'content-type': 'application/x-amz-json-1.1' }, denied]];
    const { shown, told } = await tell('codedeploy', { decision: 'GO' });
    expect(told).toMatchObject({ delivered: false });
    expect(shown).toContain('not authorized');
  });
});

describe('signed webhook', () => {
  test('is signed as the vector of Standard Webhooks is', () => {
    expect(signature(SECRET, 'msg_p5jXN8AQM9LWM0D4loKWxJek', 1_614_265_330, '{"test": 2432232314}')).toBe(
      'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
    );
  });

  test('carries decision, reason and report, and a signature for each secret', async () => {
    await tell('webhook', { decision: 'NO_GO' });
    const [got] = receiver.received;
    if (got === undefined) throw new Error('nothing was sent');
    const { headers, body } = got;
    const id = headers['webhook-id'] ?? '';
    const timestamp = Number(headers['webhook-timestamp']);
    expect(id).toBe('msg_run1');
    expect(Math.abs(Date.now() / 1000 - timestamp)).toBeLessThan(300);
    expect(headers['webhook-signature']?.split(' ')).toEqual(
      [SECRET, NEXT_SECRET].map((secret) => signature(secret, id, timestamp, body)),
    );
    expect(arrived()).toMatchObject({
      type: 'greenlight.verdict.decided',
      data: { decision: 'NO_GO', run: { id: 'run1' }, target: TARGET, report: REPORT },
    });
  });

  test('stays small, whatever the product says', async () => {
    await tell('webhook', hostile());
    expect(receiver.received[0]?.body.length).toBeLessThan(20_000);
    expect(arrived()).toMatchObject({ data: { moreReasons: 495 } });
  });
});

describe('Slack (stand-in for an incoming webhook)', () => {
  interface SlackMessage {
    readonly text: string;
    readonly blocks: readonly { readonly text?: { readonly text: string } }[];
  }

  test('shows decision, reason and link', async () => {
    await tell('slack', { decision: 'NO_GO' });
    const message = arrived() as unknown as SlackMessage;
    expect(message.text).toMatch(
      /^NO-GO: Shop of the Northern Isles 2\.0\.0 \(post-cutover\)\. A customer can pay an order \(order-can-be-paid\)/,
    );
    expect(JSON.stringify(message.blocks)).toContain(`<${REPORT}|Report>`);
  });

  test('wakes nobody with what a product says, and keeps to the limits of Slack', async () => {
    await tell('slack', hostile());
    const message = arrived() as unknown as SlackMessage;
    expect(JSON.stringify(message)).not.toContain('<!channel>');
    const [header, section] = message.blocks;
    expect(header?.text?.text.length).toBeLessThanOrEqual(150);
    expect(section?.text?.text.length).toBeLessThanOrEqual(3000);
    expect(section?.text?.text).toMatch(/\n… and 49\d more$/);
  });
});

describe('PagerDuty (stand-in for the Events API v2)', () => {
  test.each([
    ['NO_GO', 'trigger', 'critical'],
    ['INCONCLUSIVE', 'trigger', 'warning'],
    ['GO', 'resolve', 'info'],
  ] as const)('%s: %s, %s', async (decision, action, severity) => {
    receiver.answers = [[202]];
    await tell('pagerduty', { decision });
    expect(arrived()).toMatchObject({
      routing_key: ROUTING_KEY,
      event_action: action,
      dedup_key: `greenlight/post-cutover/${TARGET}`,
      payload: { severity, source: TARGET },
      links: [{ href: REPORT }],
    });
  });

  test('the summary has at most 1024 characters', async () => {
    await tell('pagerduty', hostile());
    const { summary } = arrived()['payload'] as { summary: string };
    expect(summary.length).toBeLessThanOrEqual(1024);
  });
});

describe.each(['github-deployment', 'webhook', 'slack', 'pagerduty'] as const)('%s', (name) => {
  test('tries again, and waits as long as it is asked to', async () => {
    receiver.answers = [[503], [429, { 'retry-after': '7' }], [200]];
    expect((await tell(name, { decision: 'GO' })).told).toMatchObject({ delivered: true });
    expect(pauses).toEqual([500, 7000]);
  });

  test.each([
    ['keeps failing', [[500]], 4, 'answered 500'],
    ['refuses', [[401]], 1, 'answered 401'],
    ['sends elsewhere', [[302, { location: 'https://elsewhere.example.com/' }]], 1, 'answered 302'],
    ['wants too much patience', [[429, { 'retry-after': '3600' }]], 1, '3600 s of patience'],
  ] as const)('a receiver that %s is reported, without a secret', async (_title, answers, times, words) => {
    receiver.answers = answers;
    const { shown, told } = await tell(name, { decision: 'NO_GO' });
    expect(receiver.received).toHaveLength(times);
    expect(told).toMatchObject({ delivered: false, problem: expect.stringContaining(words) as string });
    expect(shown).toContain(`The verdict stands, but ${name} was not told: 127.0.0.1`);
    for (const secret of [SECRET, ROUTING_KEY, GITHUB_TOKEN, 'slack-secret-path']) {
      expect(shown + JSON.stringify(told)).not.toContain(secret);
    }
  });

  test('a receiver that is down is reported', async () => {
    const { url } = receiver;
    await receiver.close();
    const { shown } = await tell(name, { decision: 'NO_GO' }, url);
    expect(shown).toContain('could not be reached (ECONNREFUSED) (4 attempts)');
    receiver = await startReceiver();
  });
});

describe('settings', () => {
  test('everything that is missing or wrong is named before the run, and no value is shown', () => {
    const names = ['github-deployment', 'codedeploy', 'webhook', 'slack', 'pagerduty'] as const;
    const env = {
      GREENLIGHT_WEBHOOK_URL: 'http://example.com/secret-path',
      GREENLIGHT_WEBHOOK_SECRET: 'guess-me',
      GITHUB_REPOSITORY: '../..',
    };
    let problems: readonly { path: string; value: string; problem: string }[] = [];
    try {
      mustHaveSettings(names, env);
    } catch (error) {
      problems = (error as { problems: typeof problems }).problems;
    }
    expect(problems.map((problem) => problem.path).sort()).toEqual([
      'GITHUB_REPOSITORY',
      'GITHUB_TOKEN',
      'GREENLIGHT_CODEDEPLOY_DEPLOYMENT',
      'GREENLIGHT_CODEDEPLOY_HOOK',
      'GREENLIGHT_GITHUB_DEPLOYMENT',
      'GREENLIGHT_PAGERDUTY_ROUTING_KEY',
      'GREENLIGHT_SLACK_URL',
      'GREENLIGHT_WEBHOOK_SECRET',
      'GREENLIGHT_WEBHOOK_URL',
    ]);
    expect(JSON.stringify(problems)).not.toMatch(/guess-me|secret-path/);
    expect(() => mustHaveSettings(['github', 'gitlab'], {})).not.toThrow();
  });
});

describe('the lifecycle hook of CodeDeploy as a function', () => {
  let gate: GateUnderTest;
  let ended: boolean[];
  let logged: string[];
  beforeEach(async () => {
    gate = await startGate();
    ended = [];
    logged = [];
  });
  afterEach(async () => {
    await gate.close();
  });

  async function call(
    env: NodeJS.ProcessEnv,
    onPause: () => void = () => undefined,
  ): Promise<boolean | undefined> {
    let remaining = 200_000;
    const hook = createCodeDeployHook({
      env,
      end: (_hook, mayGoOn) => {
        ended.push(mayGoOn);
        return Promise.resolve();
      },
      log: (line) => logged.push(line),
      pause: (ms) => {
        remaining -= ms;
        onPause();
        return Promise.resolve();
      },
    });
    const event = { DeploymentId: 'd-1', LifecycleEventHookExecutionId: 'h-1' };
    await hook(event, { getRemainingTimeInMillis: () => remaining });
    expect(ended).toHaveLength(1);
    expect(JSON.parse(logged.at(-1) ?? '')).toMatchObject({ deployment: 'd-1', mayGoOn: ended[0] });
    return ended[0];
  }

  test.each([
    ['GO', true],
    ['NO_GO', false],
    ['INCONCLUSIVE', false],
    ['pending', false],
  ] as const)('%s', async (decision, mayGoOn) => {
    writeVerdict(gate.runs, { decision, nonce: 'd-1' });
    expect(await call({ GREENLIGHT_GATE_URL: gate.url, GREENLIGHT_TARGET: TARGET })).toBe(mayGoOn);
  });

  test('waits for a run that is under way', async () => {
    writeVerdict(gate.runs, { decision: 'pending', nonce: 'd-1' });
    const env = { GREENLIGHT_GATE_URL: gate.url, GREENLIGHT_TARGET: TARGET };
    expect(await call(env, () => writeVerdict(gate.runs, { decision: 'GO', nonce: 'd-1' }))).toBe(true);
  });

  test('no gate, no settings, another deployment, or a page that says 200: the deployment is told no', async () => {
    writeVerdict(gate.runs, { decision: 'GO', nonce: 'd-2' });
    expect(await call({ GREENLIGHT_GATE_URL: gate.url, GREENLIGHT_TARGET: TARGET })).toBe(false);
    ended = [];
    expect(await call({ GREENLIGHT_GATE_URL: 'http://127.0.0.1:1', GREENLIGHT_TARGET: TARGET })).toBe(false);
    ended = [];
    expect(await call({})).toBe(false);
    ended = [];
    receiver.answers = [[200, { 'content-type': 'text/html' }, '<html>sign in</html>']];
    expect(await call({ GREENLIGHT_GATE_URL: receiver.url, GREENLIGHT_TARGET: TARGET })).toBe(false);
  });
});
