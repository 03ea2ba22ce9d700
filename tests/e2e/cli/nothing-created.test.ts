import { readFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Verdict } from '../../../contract/verdict/verdict.ts';
import { DIST } from '../../installed.ts';
import { eachUsually } from '../../long.ts';
import { type CliProject, cliProject, greenlight, startTarget, type Target } from '../project.ts';

// While nothing shows that the wanted release answers, the old one may: nothing is created on it.
let target: Target;
let project: CliProject;
beforeEach(async () => {
  target = await startTarget();
});
afterEach(async () => {
  project.remove();
  await target.close();
});

const FLOWS = `
  flows: [
    flow('visitor-can-register', { title: 'A visitor can register' }).request('register', {
      request: (ctx) => ({ method: 'POST', path: '/customers', json: { mail: ctx.unique() } }),
      creates: (ctx) => ({ kind: 'customer', identity: ctx.unique() }),
    }),
    flow('catalogue-answers', { title: 'The catalogue answers' }).request('list', {
      request: () => ({ method: 'GET', path: '/catalogue' }),
    }),
  ],
  created: { customer: { keep: 'the test target forgets it' } },`;

function useProject(release: string): void {
  project = cliProject(
    target.url,
    `${FLOWS} ...{ target: { name: 'shop', urls: { app: '${target.url}' }, ${release} } }`,
  );
}

async function runFor(release: string) {
  const { code, err } = await greenlight(project.directory, [
    'run',
    '--release',
    release,
    '--commit',
    'abcdef1',
  ]);
  const file = path.join(project.directory, 'greenlight-report/verdict.json');
  const verdict = Verdict.parse(JSON.parse(readFileSync(file, 'utf8')));
  return { code, err, of: (id: string) => verdict.checks.find((check) => check.id === id) };
}

const created = (): string[] => target.requests.filter((request) => request.startsWith('POST'));
const DOCUMENT = `release: { path: '/release', id: 'id', commit: 'commit' }`;
const said =
  (body: object, headers = {}) =>
  (at: string) =>
    at.startsWith('/release')
      ? { status: 200, body: JSON.stringify(body), headers }
      : { status: 200, body: 'x' };

describe('with the wanted release unknown', () => {
  const cases: [string, string, Target['answer']][] = [
    ['the document answers 503', DOCUMENT, (at) => ({ status: at === '/release' ? 503 : 200, body: 'x' })],
    ['the commit is a placeholder', DOCUMENT, said({ id: '2.4.0', commit: 'unknown' })],
    ['a cache answers', DOCUMENT, said({ id: '2.4.0', commit: 'abcdef1' }, { 'x-cache': 'HIT' })],
    ['the plan names no document', '', () => ({ status: 200, body: 'x' })],
  ];
  const usual = ['the document answers 503', 'the plan names no document'];
  eachUsually(
    usual,
    cases,
    '%s: nothing is created, and flows that only read run',
    async (_, release, answer) => {
      target.answer = answer;
      useProject(release);
      const { code, err, of } = await runFor('2.4.0');
      expect(code, err).toBe(20);
      expect(created()).toEqual([]);
      expect(of('visitor-can-register')).toMatchObject({
        state: 'not-run',
        cause: 'not-started',
        summary: expect.stringContaining('nothing is created while the release is not known') as string,
      });
      expect(of('catalogue-answers')?.state).toBe('passed');
    },
  );
});

/** A check of the user's own that creates by itself, and says so first, as it should. */
const OWN = `
  import { check, expect } from '${DIST}/run/test-entry.js';
  check('own-check-registers', async ({ request, created, unique }) => {
    const identity = unique();
    await created.record({ kind: 'customer', identity });
    expect((await request.post('/customers', { data: { identity } })).status()).toBe(200);
  });
  check('own-check-reads', async ({ request }) => {
    expect((await request.get('/catalogue')).status()).toBe(200);
  });
`;
const OWN_CHECKS = `
  checks: [{ id: 'own-check-registers', title: 'Registers' }, { id: 'own-check-reads', title: 'Reads' }],
  created: { customer: { keep: 'the test target forgets it' } },`;

test.each<[string, Target['answer'], string, number]>([
  ['unknown', said({ id: '2.4.0', commit: 'unknown' }), 'unknown', 20],
  ['shown', said({ id: '2.4.0', commit: 'abcdef1234' }), 'passed', 0],
])(
  'with the wanted release %s, checks of the user ask before they create',
  async (_, answer, state, exit) => {
    target.answer = answer;
    project = cliProject(
      target.url,
      `${OWN_CHECKS} ...{ target: { name: 'shop', urls: { app: '${target.url}' }, ${DOCUMENT} } }`,
    );
    project.write('greenlight/own.spec.mjs', OWN);
    const { code, err, of } = await runFor('2.4.0');
    expect(code, err).toBe(exit);
    expect(created()).toEqual(state === 'passed' ? ['POST /customers'] : []);
    expect(of('own-check-registers')?.state).toBe(state);
    if (state === 'unknown') expect(of('own-check-registers')?.summary).toContain('was not created');
    expect(of('own-check-reads')?.state).toBe('passed');
  },
);

// What a flow looks for on one side would be on the other, and look like a fault of the product.
test.each([
  ['one database under two names', 'reader, reader', 20],
  ['two databases', '{ ...reader }, { ...reader }', 0],
])('%s: later stages start only on two', async (_, sides, exit) => {
  const lines = `
    const reader = { find: async () => ({ rows: [] }), count: async () => [], ready: async () => {}, close: async () => {} };
    const [now, before] = [${sides}].map((reader) => ({ adapter: 'custom', reader }));
    return { target: { name: 'shop', urls: { app: '${target.url}' }, records: now, old: { records: before } } };`;
  project = cliProject(target.url, `${FLOWS} ...(() => {${lines}})()`);
  const { code, out, err } = await greenlight(project.directory, ['run']);
  expect(code, out + err).toBe(exit);
  expect(target.requests.includes('GET /catalogue')).toBe(exit === 0);
  expect(created()).toEqual(exit === 0 ? ['POST /customers'] : []);
  const { checks } = Verdict.parse(
    JSON.parse(readFileSync(path.join(project.directory, 'greenlight-report/verdict.json'), 'utf8')),
  );
  const of = (id: string) => checks.find((check) => check.id === id);
  if (exit === 0) return;
  expect(of('databases-readable')).toMatchObject({ state: 'unknown', cause: 'same-database' });
  for (const id of ['visitor-can-register', 'catalogue-answers']) {
    expect(of(id)?.state).toBe('not-run');
    expect(of(id)?.summary).toContain('databases-readable');
  }
});

test('with the wanted release shown, the same flow creates', async () => {
  target.answer = said({ id: '2.4.0', commit: 'abcdef1234' });
  useProject(DOCUMENT);
  const { code, err, of } = await runFor('2.4.0');
  expect(code, err).toBe(0);
  expect(created()).toEqual(['POST /customers']);
  expect(of('visitor-can-register')?.state).toBe('passed');
});
