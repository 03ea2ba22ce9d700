import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { parseAzureUrl } from '../../../gate/mechanisms/azure-devops/azure-headers.ts';
import { fixedTokens, parseTokens } from '../../../gate/tokens.ts';
import { startReceiver, type StandInReceiver } from '../../contracts/publisher/stand-in-receiver.ts';
import { type GateUnderTest, startGate } from './gate-under-test.ts';
import { COMMIT, MINUTE, TARGET, writeVerdict } from './verdicts.ts';

const TOKEN = 'a-token-that-nobody-guesses';
const AZURE_TOKEN = 'eyJhbGciOi.a-token-of-azure.x';
const PROJECT = '8f0b1f4e-9d43-4a39-9b5e-2f1f0c2f5a01';
const PLAN = '8f0b1f4e-9d43-4a39-9b5e-2f1f0c2f5a02';
const JOB = '8f0b1f4e-9d43-4a39-9b5e-2f1f0c2f5a03';
const TASK = '8f0b1f4e-9d43-4a39-9b5e-2f1f0c2f5a04';
const TIMELINE = '8f0b1f4e-9d43-4a39-9b5e-2f1f0c2f5a05';
const QUERY = new URLSearchParams({ target: TARGET, commit: COMMIT }).toString();
const AT = `/contoso/${PROJECT}/_apis/distributedtask/hubs/checks/plans/${PLAN}`;

/** A stand-in for Azure DevOps: what its documentation says is checked, Azure itself was not asked. */
let azure: StandInReceiver;
let gate: GateUnderTest;

beforeEach(async () => {
  azure = await startReceiver();
});
afterEach(async () => {
  await gate.close();
  await azure.close();
});

async function start(options: Parameters<typeof startGate>[0] = {}, limitMs = MINUTE): Promise<void> {
  gate = await startGate({
    azure: { allowed: [parseAzureUrl(`${azure.url}/Contoso/`)], lookMs: 10, limitMs },
    ...options,
  });
}

function headersOf(changed: Readonly<Record<string, string>> = {}): Record<string, string> {
  const sent = {
    PlanUrl: `${azure.url}/contoso/`,
    ProjectId: PROJECT,
    HubName: 'checks',
    PlanId: PLAN,
    JobId: JOB,
    TaskInstanceId: TASK,
    TimelineId: TIMELINE,
    AuthToken: AZURE_TOKEN,
    ...changed,
  };
  return Object.fromEntries(Object.entries(sent).filter(([, value]) => value !== ''));
}

const call = async (changed: Readonly<Record<string, string>> = {}, query = QUERY): Promise<Response> =>
  fetch(`${gate.url}/v1/azure/callback?${query}`, {
    method: 'POST',
    headers: headersOf(changed),
    body: '{}',
  });

const events = (): readonly Record<string, unknown>[] =>
  azure.received
    .filter((one) => one.path.startsWith(`${AT}/events?`))
    .map((one) => JSON.parse(one.body) as Record<string, unknown>);

async function event(): Promise<Record<string, unknown> | undefined> {
  await vi.waitFor(() => expect(events()).toHaveLength(1), { timeout: 10_000, interval: 10 });
  return events()[0];
}

describe('a check of Azure DevOps that is called back', () => {
  test.each([
    ['GO', 'succeeded'],
    ['NO_GO', 'failed'],
    ['INCONCLUSIVE', 'failed'],
  ] as const)(
    '%s is %s, told with the reason on the timeline and with the token of Azure',
    async (decision, result) => {
      await start();
      writeVerdict(gate.runs, { decision });
      const heard = await call();
      expect([heard.status, ((await heard.json()) as { verdict: string }).verdict]).toEqual([200, 'PENDING']);
      expect(await event()).toEqual({ name: 'TaskCompleted', taskId: TASK, jobId: JOB, result });
      const [note, end] = azure.received;
      expect(note?.path).toBe(`${AT}/timelines/${TIMELINE}/records?api-version=7.1`);
      expect(JSON.parse(note?.body ?? '')).toMatchObject({
        count: 1,
        value: [{ id: TASK, currentOperation: expect.stringMatching(`^${decision}: .*run1/$`) as string }],
      });
      expect(end?.path).toBe(`${AT}/events?api-version=7.1`);
      expect([note, end].map((one) => one?.headers['authorization'])).toEqual(
        Array(2).fill(`Bearer ${AZURE_TOKEN}`),
      );
      expect(JSON.stringify(gate.audited)).not.toContain(AZURE_TOKEN);
    },
  );

  test('waits while nothing is known, the run is under way, or an old verdict has expired', async () => {
    await start();
    await call();
    writeVerdict(gate.runs, { decision: 'GO', expiresAt: Date.now() - MINUTE });
    await new Promise((resolve) => setTimeout(resolve, 50));
    writeVerdict(gate.runs, { decision: 'pending' });
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(azure.received).toEqual([]);
    writeVerdict(gate.runs, { decision: 'GO' });
    expect(await event()).toMatchObject({ result: 'succeeded' });
  });

  test('fails after its time, and when the gate is stopped', async () => {
    await start({}, 30);
    await call();
    expect(await event()).toMatchObject({ result: 'failed' });
    expect(azure.received[0]?.body).toContain('Nothing was decided in time.');
    await gate.close();
    azure.received.length = 0;
    await start();
    await call();
    await gate.close();
    expect(events()).toEqual([expect.objectContaining({ result: 'failed' })]);
    await start();
  });

  test('asked twice, it is called back once; another question for the same check is refused', async () => {
    await start();
    await call();
    expect((await call()).status).toBe(200);
    expect((await call({}, `${QUERY}&phase=canary`)).status).toBe(409);
    writeVerdict(gate.runs, { decision: 'GO' });
    await event();
    await gate.close();
    expect(events()).toHaveLength(1);
    await start();
  });

  test('the event is sent though the timeline takes nothing, and a sign-in page is no delivery', async () => {
    await start();
    azure.answers = [[400], [203, { 'content-type': 'text/html' }, '<html>sign in</html>']];
    writeVerdict(gate.runs, { decision: 'GO' });
    await call({ TimelineId: TIMELINE });
    await event();
    await vi.waitFor(() => expect(gate.audited.filter((line) => line['event'] === 'fault')).toHaveLength(2));
    expect(JSON.stringify(gate.audited)).toMatch(/azure-note: .* answered 400.*azure-event: .* answered 203/);
  });

  test('without a timeline the event alone is sent', async () => {
    await start();
    writeVerdict(gate.runs, { decision: 'GO' });
    await call({ TimelineId: '' });
    await event();
    expect(azure.received).toHaveLength(1);
  });
});

describe('who may be called back', () => {
  test.each([
    ['PlanUrl', 'https://elsewhere.example.com/contoso/'],
    ['PlanUrl', 'ORIGIN/contoso-evil/'],
    ['PlanUrl', 'ORIGIN/contoso/../fabrikam/'],
    ['PlanUrl', 'ORIGIN/contoso/?x='],
    ['PlanUrl', ''],
    ['ProjectId', '../../x'],
    ['HubName', 'checks/x'],
    ['PlanId', `${PLAN}/x`],
    ['TaskInstanceId', ''],
    ['TimelineId', 'x'],
    ['AuthToken', ''],
  ])('a check with %s %s is refused, and nobody is called', async (name, value) => {
    await start();
    writeVerdict(gate.runs, { decision: 'GO' });
    const heard = await call({ [name]: value.replace('ORIGIN', azure.url) });
    expect(heard.status).toBe(400);
    await gate.close();
    expect(azure.received).toEqual([]);
    await start();
  });

  test('no subject, no token, another method: refused; without --azure there is no such route', async () => {
    await start({ tokens: fixedTokens(parseTokens(`azure:${TOKEN}`, 'test')) });
    writeVerdict(gate.runs, { decision: 'GO' });
    const bearer = { Authorization: `Bearer ${TOKEN}` };
    expect((await call()).status).toBe(401);
    expect((await call(bearer, 'target=shop')).status).toBe(400);
    expect((await fetch(`${gate.url}/v1/azure/callback?${QUERY}`)).status).toBe(405);
    expect(azure.received).toEqual([]);
    expect((await call(bearer)).status).toBe(200);
    expect(await event()).toMatchObject({ result: 'succeeded' });
    await gate.close();
    gate = await startGate();
    expect((await call()).status).toBe(404);
  });

  test('addresses of organizations are https', () => {
    expect(parseAzureUrl('https://dev.azure.com/Contoso/')).toBe('https://dev.azure.com/contoso');
    for (const url of [
      'http://dev.azure.com/contoso',
      'dev.azure.com/contoso',
      'https://a:b@dev.azure.com/',
      'https://x/?a',
    ]) {
      expect(() => parseAzureUrl(url)).toThrow('--azure');
    }
  });
});
