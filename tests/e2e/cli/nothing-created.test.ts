import { readFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Verdict } from '../../../contract/verdict.ts';
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
  test.each<[string, string, Target['answer']]>([
    ['the document answers 503', DOCUMENT, (at) => ({ status: at === '/release' ? 503 : 200, body: 'x' })],
    ['the commit is a placeholder', DOCUMENT, said({ id: '2.4.0', commit: 'unknown' })],
    ['a cache answers', DOCUMENT, said({ id: '2.4.0', commit: 'abcdef1' }, { 'x-cache': 'HIT' })],
    ['the plan names no document', '', () => ({ status: 200, body: 'x' })],
  ])('%s: nothing is created, and flows that only read run', async (_, release, answer) => {
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
  });
});

test('with the wanted release shown, the same flow creates', async () => {
  target.answer = said({ id: '2.4.0', commit: 'abcdef1234' });
  useProject(DOCUMENT);
  const { code, err, of } = await runFor('2.4.0');
  expect(code, err).toBe(0);
  expect(created()).toEqual(['POST /customers']);
  expect(of('visitor-can-register')?.state).toBe('passed');
});
