import { connect } from 'node:net';
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { afterEach, describe, expect, test } from 'vitest';
import { fixedTokens, parseTokens, tokensOfFile } from '../../../gate/tokens.ts';
import { type GateUnderTest, startGate } from './gate-under-test.ts';
import { COMMIT, storedOf, TARGET, verdictOf, writeVerdict } from './verdicts.ts';

const QUERY = new URLSearchParams({ target: TARGET, commit: COMMIT }).toString();
const TOKEN = 'a-token-that-nobody-guesses';
const HOOK = { name: 'shop', namespace: 'default', phase: 'Progressing', checksum: 'deploy-1' };

const open: GateUnderTest[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((gate) => gate.close()));
});

async function gateWith(options: Parameters<typeof startGate>[0] = {}): Promise<GateUnderTest> {
  const gate = await startGate(options);
  open.push(gate);
  return gate;
}

const ask = async (gate: GateUnderTest, init: RequestInit = {}, query = QUERY): Promise<Response> =>
  fetch(`${gate.url}/v1/verdict?${query}`, init);

const hook = async (gate: GateUnderTest, name: string, metadata: Record<string, string>): Promise<Response> =>
  fetch(`${gate.url}/v1/flagger/${name}`, { method: 'POST', body: JSON.stringify({ ...HOOK, metadata }) });

describe('the gate', () => {
  test('answers from the folder, for exactly the subject that is asked about', async () => {
    const gate = await gateWith();
    expect((await ask(gate)).status).toBe(404);
    const file = writeVerdict(gate.runs, { decision: 'pending' });
    expect((await ask(gate)).status).toBe(409);
    writeVerdict(gate.runs, { decision: 'GO' });
    const go = await ask(gate);
    expect([go.status, go.headers.get('cache-control')]).toEqual([200, 'no-store']);
    expect(await go.json()).toMatchObject({ verdict: 'GO', report: 'https://reports.example.com/run1/' });
    expect((await ask(gate, {}, QUERY.replace(COMMIT, 'f'.repeat(40)))).status).toBe(404);
    rmSync(file);
    expect((await ask(gate)).status).toBe(404);
  });

  test('gives opposite answers to the hooks of Flagger, and its checksum is the subject', async () => {
    const gate = await gateWith();
    const metadata = { target: TARGET };
    const statuses = async (): Promise<number[]> =>
      Promise.all(
        ['rollout', 'confirm-promotion', 'rollback'].map(
          async (name) => (await hook(gate, name, metadata)).status,
        ),
      );
    expect(await statuses()).toEqual([412, 403, 412]);
    writeVerdict(gate.runs, { decision: 'GO' });
    expect(await statuses()).toEqual([200, 200, 412]);
    writeVerdict(gate.runs, { decision: 'NO_GO', run: 'run2' });
    expect(await statuses()).toEqual([412, 403, 200]);
    expect(await (await hook(gate, 'rollout', metadata)).text()).toMatch(
      /^NO_GO: A customer can pay an order \(order-can-be-paid\).*run2\/\n$/,
    );
    expect((await hook(gate, 'event', metadata)).status).toBe(404);
  });

  test('never believes a file that is cut short, a link out of the folder or a folder it cannot read', async () => {
    const gate = await gateWith();
    const file = writeVerdict(gate.runs, { decision: 'GO', run: 'run1' });
    const text = readFileSync(file, 'utf8');
    const outside = path.join(gate.runs, 'outside.json');
    renameSync(file, outside);
    symlinkSync(outside, file);
    mkdirSync(path.join(gate.runs, 'run2'));
    writeFileSync(path.join(gate.runs, 'run2', 'verdict.json'), text.slice(0, -20));
    expect((await ask(gate)).status).toBe(404);
    expect((await ask(gate)).status).toBe(404);
    const unreadable = gate.audited.filter((line) => line['event'] === 'unreadable-verdict');
    expect(unreadable.map((line) => line['run'])).toEqual(['run1', 'run2']);
    const elsewhere = mkdtempSync(path.join(tmpdir(), 'greenlight-elsewhere-'));
    renameSync(outside, path.join(elsewhere, 'verdict.json'));
    symlinkSync(elsewhere, path.join(gate.runs, 'run3'));
    expect((await ask(gate)).status).toBe(404);
    // A run that lies behind a link is not heard, and whoever waits for it can read why.
    expect(gate.audited.filter((line) => line['event'] === 'unreadable-verdict').at(-1)?.['run']).toBe(
      'run3',
    );
    rmSync(elsewhere, { recursive: true });
    rmSync(gate.runs, { recursive: true });
    const answer = await ask(gate);
    expect(answer.status).toBe(424);
    expect(await answer.text()).not.toContain(gate.runs);
  });

  test('when its own memory of a NO_GO was cut short, nothing is GO, and the log says which file', async () => {
    const gate = await gateWith();
    writeVerdict(gate.runs, { decision: 'NO_GO', run: 'run1' });
    expect((await ask(gate)).status).toBe(412);
    const kept = path.join(gate.runs, '.gate', 'verdicts');
    const [name = ''] = readdirSync(kept);
    truncateSync(path.join(kept, name), 20);
    writeVerdict(gate.runs, { decision: 'GO', run: 'run1' });
    const restarted = await gateWith({ runs: gate.runs });
    expect((await ask(restarted)).status).toBe(424);
    expect(restarted.audited[0]?.['what']).toContain(`.gate/verdicts/${name} is not whole`);
  });

  test('a body that names a part twice is refused: two programs would read it differently', async () => {
    const gate = await gateWith();
    writeVerdict(gate.runs, { decision: 'GO', nonce: 'deploy-2' });
    const post = async (metadata: string): Promise<number> => {
      const body = `{"checksum":"x","metadata":{"target":"${TARGET}",${metadata}}}`;
      return (await fetch(`${gate.url}/v1/flagger/rollout`, { method: 'POST', body })).status;
    };
    expect(await post('"nonce":"deploy-2"')).toBe(200);
    expect(await post('"nonce":"deploy-1","nonce":"deploy-2"')).toBe(412);
    expect(await post('"nonce":"deploy-1","\\u006eonce":"deploy-2"')).toBe(412);
  });

  test('a store that hangs, and an audit log that cannot be written, are not GO', async () => {
    const hanging = await gateWith({
      store: { about: () => new Promise(() => undefined), keep: () => Promise.resolve({ how: 'kept' }) },
      storeTimeoutMs: 20,
    });
    expect((await ask(hanging)).status).toBe(424);
    const mute = await gateWith({
      writeAudit: () => {
        throw new Error('no space left');
      },
    });
    writeVerdict(mute.runs, { decision: 'GO' });
    expect((await ask(mute)).status).toBe(424);
    // Nor are both at once, as on a full disk: the refusal cannot be kept, and that cannot be logged either.
    const full = await gateWith({
      store: {
        about: () =>
          Promise.resolve({ verdicts: [storedOf(verdictOf({ decision: 'NO_GO' }))], unreadable: [] }),
        keep: () => Promise.reject(new Error('no space left')),
      },
      writeAudit: () => {
        throw new Error('no space left');
      },
    });
    const answers = [];
    for (let asked = 0; asked < 3; asked += 1) answers.push((await ask(full)).status);
    expect(answers).toEqual([424, 424, 424]);
    const argo = await fetch(`${full.url}/v1/argo?${QUERY}`);
    expect([argo.status, await argo.json()]).toMatchObject([200, { verdict: 'INCONCLUSIVE' }]);
  });

  test('stopped, it gives the answer that is under way and takes no other question', async () => {
    let asked: () => void = () => undefined;
    let look: () => void = () => undefined;
    const isAsked = new Promise<void>((resolve) => (asked = resolve));
    const mayLook = new Promise<void>((resolve) => (look = resolve));
    const stored = storedOf(verdictOf({ decision: 'GO' }));
    const gate = await startGate({
      store: {
        about: async () => {
          asked();
          await mayLook;
          return { verdicts: [stored], unreadable: [] };
        },
        keep: () => Promise.resolve({ how: 'kept' }),
      },
    });
    const answer = ask(gate, { headers: { connection: 'close' } });
    await isAsked;
    const closed = gate.close();
    await expect(ask(gate)).rejects.toThrow();
    look();
    expect((await answer).status).toBe(200);
    await closed;
  });

  test('writes one audit line for each answer, without the token', async () => {
    const gate = await gateWith({ tokens: fixedTokens(parseTokens(`flagger:${TOKEN}`, 'test')) });
    writeVerdict(gate.runs, { decision: 'GO' });
    await hook(gate, 'rollout', { target: TARGET, token: TOKEN });
    expect(gate.audited).toEqual([
      expect.objectContaining({
        event: 'answer',
        route: '/v1/flagger/rollout',
        question: { target: TARGET, phase: 'post-cutover', nonce: 'deploy-1' },
        state: 'GO',
        status: 200,
        run: 'run1',
        by: 'flagger',
      }),
    ]);
    expect(JSON.stringify(gate.audited)).not.toContain(TOKEN);
  });
});

describe('who may ask', () => {
  test('a token is needed on every route, and GO cannot be had without it', async () => {
    const gate = await gateWith({ tokens: fixedTokens(parseTokens(`ci:${TOKEN}`, 'test')) });
    writeVerdict(gate.runs, { decision: 'GO' });
    expect((await ask(gate)).status).toBe(401);
    expect((await ask(gate, { headers: { authorization: `Bearer ${TOKEN}x` } })).status).toBe(401);
    expect((await hook(gate, 'rollout', { target: TARGET })).status).toBe(401);
    expect((await ask(gate, { headers: { authorization: `Bearer ${TOKEN}` } })).status).toBe(200);
    expect((await hook(gate, 'rollout', { target: TARGET, token: TOKEN })).status).toBe(200);
  });

  test('tokens are rotated by replacing the file; while it is wrong, nobody is let in', async () => {
    const runs = (await gateWith()).runs;
    const file = path.join(runs, 'tokens');
    const problems: string[] = [];
    writeFileSync(file, `# ours\nold:${TOKEN}\n`);
    const tokens = tokensOfFile(file, (problem) => problems.push(problem));
    expect(tokens.ownerOf(TOKEN)?.name).toBe('old');
    writeFileSync(file, `new:${TOKEN}-2\nother:${TOKEN}-3\n`);
    expect([TOKEN, `${TOKEN}-2`].map((token) => tokens.ownerOf(token)?.name)).toEqual([undefined, 'new']);
    rmSync(file);
    expect(tokens.ownerOf(`${TOKEN}-2`)).toBeUndefined();
    expect(problems).toEqual(['the file of tokens cannot be read']);
    writeFileSync(file, 'short:abc\n');
    expect(tokens.ownerOf('abc')).toBeUndefined();
    expect(problems[1]).toContain('fewer than 20 characters');
  });

  test('too many questions are refused', async () => {
    const gate = await gateWith({ perMinute: 4 });
    writeVerdict(gate.runs, { decision: 'GO' });
    const statuses = [await ask(gate), await ask(gate), await ask(gate)].map((answer) => answer.status);
    expect(statuses).toEqual([200, 200, 429]);
  });
});

/** Sends bytes and gives back what came until the other side closed. */
async function send(url: string, bytes: string): Promise<string> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve) => {
    let got = '';
    const socket = connect(Number(port), hostname, () => socket.end(bytes));
    socket.on('data', (part: Buffer) => (got += part.toString('latin1')));
    socket.on('error', () => resolve(got));
    socket.on('close', () => resolve(got));
  });
}

describe('requests that are not right', () => {
  test.each([
    ['another path', 'GET /', 404],
    ['a path that climbs', 'GET /v1/x/../verdict', 404],
    ['a doubled slash', 'GET //v1/verdict', 404],
    ['a file', 'GET /verdict.json', 404],
    ['another method', 'DELETE /v1/verdict', 405],
    ['a long address', `GET /v1/verdict?target=${'a'.repeat(5000)}`, 414],
    ['no question', 'GET /v1/verdict', 400],
  ])('%s', async (_title, line, status) => {
    const gate = await gateWith();
    const got = await send(gate.url, `${line} HTTP/1.1\r\nhost: gate\r\nconnection: close\r\n\r\n`);
    expect(got).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
    expect(got).not.toContain(gate.runs);
  });

  test('a body that is too long is not read', async () => {
    const gate = await gateWith();
    const answer = await hook(gate, 'rollout', { target: 'a'.repeat(20_000) });
    expect(answer.status).toBe(413);
  });

  test('500 broken requests: it still answers, and none of them got a GO or took anything back', async () => {
    const gate = await gateWith();
    writeVerdict(gate.runs, { decision: 'GO' });
    writeVerdict(gate.runs, { decision: 'NO_GO', run: 'run2', nonce: 'broken', commit: 'b'.repeat(40) });
    const good = `POST /v1/flagger/rollout HTTP/1.1\r\nhost: gate\r\ncontent-length: `;
    const body = JSON.stringify({ ...HOOK, checksum: 'broken', metadata: { target: TARGET } });
    const bytes = fc.oneof(
      fc.string({ maxLength: 300 }),
      fc.webPath().map((at) => `GET /v1/verdict${at} HTTP/1.1\r\nhost: gate\r\n\r\n`),
      fc.string({ maxLength: 200 }).map((text) => `${good}${Buffer.byteLength(text)}\r\n\r\n${text}`),
      fc.json().map((text) => `${good}${Buffer.byteLength(text)}\r\n\r\n${text}`),
      fc.nat(body.length - 1).map((cut) => `${good}${cut}\r\n\r\n${body.slice(0, cut)}`),
      fc.nat(body.length - 1).map((cut) => `${good}${body.length}\r\n\r\n${body.slice(0, cut)}`),
      fc.constant(`${good}5\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n${good}`),
      fc.constant(`GET /v1/verdict HTTP/1.1\r\nx: ${'a'.repeat(20_000)}\r\n\r\n`),
    );
    await fc.assert(
      fc.asyncProperty(bytes, async (request) => {
        expect(await send(gate.url, request)).not.toMatch(/HTTP\/1.1 2\d\d /);
      }),
      { numRuns: 500, seed: 4 },
    );
    expect((await ask(gate)).status).toBe(200);
    expect(gate.audited.filter((line) => line['state'] === 'GO')).toHaveLength(1);
  });
});
