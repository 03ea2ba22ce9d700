import { beforeAll, expect, test } from 'vitest';
import type { Attempt } from '../../../contract/evidence/evidence.ts';
import { play, PRELUDE, type Played, withoutTypes } from './play.ts';

type Kind = Attempt['errors'][number]['kind'];

/** Id, body of the test, Playwright's status, kinds of its errors. */
const ENDS: readonly (readonly [string, string, Attempt['status'], readonly Kind[]])[] = [
  ['passes', 'expect(1).toBe(1);', 'passed', []],
  ['compares-nothing', 'for (const row of [] as number[]) expect(row).toBe(1);', 'passed', []],
  ['holds-and-swallows', 'expect(1).toBe(1); try { expect(1).toBe(2); } catch {}', 'passed', ['other']],
  [
    'holds-and-swallows-in-a-step',
    'expect(1).toBe(1); await test.step("s", async () => { expect(1).toBe(2); }).catch(() => {});',
    'passed',
    ['other'],
  ],
  [
    'holds-and-does-not-wait',
    'expect(1).toBe(1); void expect.poll(() => 1, { timeout: 60_000 }).toBe(2).catch(() => undefined);',
    'passed',
    ['other'],
  ],
  [
    'holds-and-does-not-wait-long',
    'expect(1).toBe(1); void expect.poll(() => 1, { timeout: 1 }).toBe(2).catch(() => undefined);',
    'passed',
    ['other'],
  ],
  [
    'swallows-inside-to-pass',
    'await expect(() => { try { expect(1).toBe(2); } catch {} }).toPass({ timeout: 2000 });',
    'passed',
    ['other'],
  ],
  [
    'holds-softly',
    'expect.soft(1).toBe(1); await expect.soft(Promise.resolve(1)).resolves.toBe(1);',
    'passed',
    [],
  ],
  ['holds-not', 'expect(1).not.toBe(2); expect(() => 1).not.toThrow();', 'passed', []],
  [
    'holds-and-cleans-up',
    'let open = true; try { expect(1).toBe(1); } finally { open = false; } expect(open).toBe(false);',
    'passed',
    [],
  ],
  [
    'catches-what-is-no-comparison',
    'const body = await Promise.reject(new Error("x")).catch(() => "none"); expect(body).toBe("none"); await expect(Promise.reject(new Error("x"))).rejects.toThrow("x");',
    'passed',
    [],
  ],
  [
    'to-pass-at-the-third-try-in-a-step',
    'let n = 0; await test.step("s", () => expect(async () => { expect(n).toBeLessThan(3); expect(n++).toBe(2); await expect.poll(() => n++).toBe(3); }).toPass({ timeout: 4000, intervals: [10] }));',
    'passed',
    [],
  ],
  [
    'to-pass-at-the-second-try',
    'let n = 0; await expect(() => { expect(n++).toBe(1); }).toPass({ timeout: 2000 });',
    'passed',
    [],
  ],
  [
    'poll-at-the-second-try',
    'let n = 0; await expect.poll(() => n++, { timeout: 2000 }).toBe(1);',
    'passed',
    [],
  ],
  ['expect-fails', 'expect(1).toBe(2);', 'failed', ['assertion']],
  ['expect-fails-with-words', 'expect(1, "my words").toBe(2);', 'failed', ['assertion']],
  ['expect-in-a-step', 'await test.step("s", async () => { expect(1).toBe(2); });', 'failed', ['assertion']],
  ['expect-poll', 'await expect.poll(() => 1, { timeout: 200 }).toBe(2);', 'failed', ['assertion']],
  ['expect-soft', 'expect.soft(1).toBe(2); expect.soft(2).toBe(3);', 'failed', ['assertion', 'assertion']],
  ['expect-rethrown', 'try { expect(1).toBe(2); } catch (e) { throw e; }', 'failed', ['assertion']],
  [
    'to-pass-with-expect',
    'await expect(() => { expect(1).toBe(2); }).toPass({ timeout: 200 });',
    'failed',
    ['assertion'],
  ],
  [
    'to-pass-with-expect-and-words',
    'await expect(async () => { await null; expect(1).toBe(2); }, "named").toPass({ timeout: 200 });',
    'failed',
    ['assertion'],
  ],
  ['rejects-does-not', 'await expect(Promise.resolve(1)).rejects.toThrow();', 'failed', ['assertion']],
  ['type-error', '(undefined as any).x();', 'failed', ['other']],
  ['node-assert', '(await import("node:assert")).equal(1, 2);', 'failed', ['other']],
  ['thrown-text', 'throw "text";', 'failed', ['other']],
  [
    'type-error-in-a-step',
    'await test.step("s", async () => { (undefined as any).x(); });',
    'failed',
    ['other'],
  ],
  ['argument-of-expect-throws', 'expect((undefined as any).x).toBe(1);', 'failed', ['other']],
  [
    'poll-throws',
    'await expect.poll(() => (undefined as any).x, { timeout: 200 }).toBe(2);',
    'failed',
    ['other'],
  ],
  [
    'to-pass-with-type-error',
    'await expect(() => { (undefined as any).x(); }).toPass({ timeout: 200 });',
    'failed',
    ['other'],
  ],
  [
    'to-pass-with-words-and-error',
    'await expect(() => { throw new Error("boo"); }, "named").toPass({ timeout: 200 });',
    'failed',
    ['other'],
  ],
  [
    'to-pass-first-expect-then-type-error',
    'let n = 0; await expect(() => { if (n++ === 0) expect(1).toBe(2); (undefined as any).x(); }).toPass({ timeout: 600 });',
    'failed',
    ['other'],
  ],
  [
    'soft-then-type-error',
    'expect.soft(1).toBe(2); (undefined as any).x();',
    'failed',
    ['assertion', 'other'],
  ],
  [
    'caught-then-type-error',
    'try { expect(1).toBe(2); } catch {} (undefined as any).x();',
    'failed',
    ['other'],
  ],
  [
    'polls-without-waiting',
    'void expect.poll(() => 1, { timeout: 60_000 }).toBe(2).catch(() => undefined);',
    'passed',
    ['other'],
  ],
  ['caught-then-nothing', 'try { expect(1).toBe(2); } catch {}', 'passed', ['other']],
  [
    'wrapped',
    'try { expect(1).toBe(2); } catch (e) { throw new Error("w", { cause: e }); }',
    'failed',
    ['other'],
  ],
  ['matcher-error', 'expect(undefined as any).toBeGreaterThan(3);', 'failed', ['other']],
  ['matcher-misused', 'await expect("x" as any).toBeVisible();', 'failed', ['other']],
  [
    'resolves-rejected',
    'await expect(Promise.reject(new TypeError("t"))).resolves.toBe(1);',
    'failed',
    ['other'],
  ],
  ['first-snapshot', 'expect("x").toMatchSnapshot("none.txt");', 'failed', ['other']],
  ['refused', 'await request.get(`http://127.0.0.1:${await deadPort()}/`);', 'failed', ['connection']],
  ['unresolved', 'await request.get("http://nowhere.invalid/");', 'failed', ['connection']],
  [
    'reset',
    'const s = net.createServer(c => c.destroy()).listen(0, "127.0.0.1"); await new Promise(r => s.once("listening", r)); try { await request.get(`http://127.0.0.1:${(s.address() as any).port}/`); } finally { s.close(); }',
    'failed',
    ['connection'],
  ],
  [
    'no-answer-in-time',
    'const s = net.createServer(() => {}).listen(0, "127.0.0.1"); await new Promise(r => s.once("listening", r)); try { await request.get(`http://127.0.0.1:${(s.address() as any).port}/`, { timeout: 300 }); } finally { s.close(); }',
    'failed',
    ['connection'],
  ],
  [
    'refused-while-polling',
    'const p = await deadPort(); await expect.poll(async () => (await request.get(`http://127.0.0.1:${p}/`)).status(), { timeout: 200 }).toBe(200);',
    'failed',
    ['connection'],
  ],
  [
    'refused-inside-to-pass',
    'const p = await deadPort(); await expect(async () => { await request.get(`http://127.0.0.1:${p}/`); }).toPass({ timeout: 200 });',
    'failed',
    ['connection'],
  ],
  ['plain-fetch-refused', 'await fetch(`http://127.0.0.1:${await deadPort()}/`);', 'failed', ['other']],
  ['timed-out', 'test.setTimeout(300); await new Promise(() => {});', 'timed-out', ['other']],
  ['worker-dies', 'process.exit(0);', 'failed', ['other']],
  ['skipped-at-run-time', 'test.skip(true, "because");', 'skipped', ['other']],
  [
    'finding-says-fail',
    'await find(info, { check: "finding-says-fail", outcome: "fail", summary: "12 missing", measured: 1, expected: 2, unit: "rows" }); throw new FindingSaysNo("12 missing\\nmeasured: 1 rows\\nexpected: 2 rows");',
    'failed',
    ['finding'],
  ],
  [
    'finding-then-type-error',
    'await find(info, { check: "finding-then-type-error", outcome: "pass", summary: "fine" }); (undefined as any).x();',
    'failed',
    ['other'],
  ],
];

const SPECIAL = `
  test('expecting', of('timed-out-while-expecting'), async () => { test.setTimeout(500); await expect.poll(() => 1, { timeout: 60_000 }).toBe(2); });
  test.fail('known broken', of('expected-to-fail'), () => { expect(1).toBe(2); });
  test.fail('fixed since', of('expected-to-fail-but-passes'), () => {});
  test.fixme('later', of('marked-fixme'), () => {});
  test('hook passes', of('in-a-hook'), () => {});
  test.describe('hooks', () => {
    test.beforeEach(() => { expect(1).toBe(2); });
    test('hook', of('expect-in-a-hook'), () => {});
  });
  const withFixture = test.extend<{ late: void }>({ late: async ({}, use) => { await use(); (undefined as any).x(); } });
  withFixture('fixture', of('type-error-in-a-fixture'), ({ late }) => {});
  test('malformed', of('malformed-finding'), async ({}, info) => { await info.attach('finding: x', { body: '{"check":1}', contentType: 'application/vnd.greenlight.finding+json' }); });
  test('about another', of('finding-about-another'), async ({}, info) => { await find(info, { check: 'someone-else', outcome: 'pass', summary: 's' }); });
  test('control', of('control-silent'), async ({}, info) => { await info.attach('greenlight:control', { body: '{"control":"silent"}', contentType: 'application/vnd.greenlight.control+json' }); });
  test('no id', () => {});
  test('first', of('doubled'), () => {});
  test('second', of('doubled'), () => {});
  test('bad id', of('Not An Id'), () => {});
`;

let played: Played;
beforeAll(async () => {
  const bodies = ENDS.map(
    ([id, body]) => `test('${id}', of('${id}'), async ({ request }, info) => { ${body} });`,
  );
  played = await play({
    config: 'workers: 2, fullyParallel: true,',
    files: { 'a.spec.mjs': withoutTypes(`${PRELUDE}\n${bodies.join('\n')}\n${SPECIAL}`) },
  });
});

function attemptOf(id: string): Attempt | undefined {
  return played.fragment?.attempts.find((attempt) => attempt.check === id);
}

test.each(ENDS)('%s', (id, _body, status, kinds) => {
  const attempt = attemptOf(id);
  expect(
    [attempt?.status, attempt?.errors.map((error) => error.kind)],
    JSON.stringify(attempt?.errors),
  ).toEqual([status, kinds]);
});

test.each([
  ['passes', 1],
  ['holds-and-swallows', 1],
  ['caught-then-nothing', 0],
  ['compares-nothing', 0],
  ['polls-without-waiting', 0],
])('%s holds %i comparisons', (id, comparisons) => {
  expect(attemptOf(id)).toMatchObject({ status: 'passed', comparisons });
});

test('the fragment is final and counts its tests', () => {
  expect(played.fragment).toMatchObject({
    final: true,
    run: 'run1',
    session: 2,
    report: { status: 'failed' },
  });
  expect(played.fragment?.report.announced).toBe(played.fragment?.report.ended);
  expect(played.fragment?.report.projects).toEqual(['suites']);
});

test('messages carry no terminal colours', () => {
  expect(JSON.stringify(played.fragment)).not.toContain('\\u001b');
});

test.each([
  ['expected-to-fail', 'expected-failure'],
  ['expected-to-fail-but-passes', 'expected-failure'],
  ['marked-fixme', 'skipped'],
  ['expect-in-a-hook', 'failed'],
  ['type-error-in-a-fixture', 'failed'],
])('%s is %s', (id, status) => {
  expect(attemptOf(id)?.status).toBe(status);
});

test('steps of hooks and fixtures are walked, too', () => {
  expect(attemptOf('expect-in-a-hook')?.errors.map(({ kind }) => kind)).toEqual(['assertion']);
  expect(attemptOf('expect-in-a-hook')?.errors[0]?.at).toMatch(/^a\.spec\.mjs:\d+$/);
  expect(attemptOf('type-error-in-a-fixture')?.errors.map(({ kind }) => kind)).toEqual(['other']);
  expect(attemptOf('skipped-at-run-time')?.errors[0]?.message).toBe('skip: because');
  expect(attemptOf('control-silent')?.control).toBe('silent');
});

test('an expect that the time limit of the test cuts off compared nothing', () => {
  // Playwright says "failed" or "timedOut", whichever of the two comes first.
  const attempt = attemptOf('timed-out-while-expecting');
  expect(attempt?.errors.length).toBeGreaterThan(0);
  expect(attempt?.errors.every(({ kind }) => kind === 'other')).toBe(true);
});

test('what is not as it should be is a fault', () => {
  const faults = played.fragment?.faults ?? [];
  expect(faults.map(({ kind, check }) => [kind, check])).toEqual([
    ['reporter', 'malformed-finding'],
    ['unexpected-check', 'someone-else'],
    ['unexpected-check', undefined],
    ['duplicate-check', 'doubled'],
    ['unexpected-check', undefined],
  ]);
  expect(faults[2]?.message).toContain('"no id" (a.spec.mjs:');
  expect(attemptOf('finding-about-another')?.findings).toEqual([]);
});
