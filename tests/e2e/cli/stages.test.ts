import { existsSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Evidence } from '../../../contract/evidence/evidence.ts';
import { DIST } from '../../installed.ts';
import { FURTHER, LONG } from '../../long.ts';
import {
  type CliProject,
  cliProject,
  greenlight,
  planSource,
  probe,
  startTarget,
  type Target,
} from '../project.ts';

const asks = (id: string, at: string, more = ''): string => `flow('${id}', { title: '${id}' ${more} })
  .request('open', { request: () => ({ method: 'GET', path: '${at}' }),
    expect: ({ status }) => [holds('answers', status === 200, status, '200')] })`;

let target: Target;
let project: CliProject;
beforeEach(async () => {
  target = await startTarget();
  project = cliProject(
    target.url,
    `probes: [${probe('pages-answer')}], flows: [${asks('home-answers', '/home')}, ${asks('cart-answers', '/cart')}],
     checks: [{ id: 'own-check-holds', title: 'Own check' }],
     // Other tests run meanwhile: what the load measures is not asked here.
     policy: { default: { advisory: ['holds-under-load'] } },
     load: { profiles: [{ id: 'holds-under-load', title: 'Load', engine: 'autocannon', requests: [{ path: '/load' }],
       connections: 1, durationS: 1, warmupS: 0, minimumRequests: 1, thresholds: { p95Ms: 5000 } }] }`,
  );
  project.write(
    'greenlight/own.spec.mjs',
    `import { appendFileSync } from 'node:fs';
     import { check, expect, test } from '${DIST}/run/test-entry.js';
     test.beforeAll(() => appendFileSync('hook.log', 'hook\\n'));
     check('own-check-holds', ({ plan }) => { expect(plan.target.name).toBe('target'); });`,
  );
});
afterEach(async () => {
  project.remove();
  await target.close();
});

async function run(): Promise<{
  readonly code: number | null;
  readonly err: string;
  readonly evidence: Evidence;
}> {
  const { code, err } = await greenlight(project.directory, ['run']);
  const file = path.join(project.directory, 'greenlight-report', 'evidence.json');
  return { code, err, evidence: Evidence.parse(JSON.parse(readFileSync(file, 'utf8'))) };
}

function configure(lines: string): void {
  project.write(
    'playwright.config.mjs',
    `import { defineGreenlightPlaywright } from '${DIST}/run/playwright-config.js';
     import plan from './greenlight.config.mjs';
     const config = defineGreenlightPlaywright(plan);
     export default { ...config, ${lines} };`,
  );
}

/** When the attempts of a project began and ended, in milliseconds since 1970. */
function spanOf({ attempts }: Evidence, project: string): { readonly first: number; readonly last: number } {
  const own = attempts.filter((attempt) => attempt.project === project);
  expect(own.length, project).toBeGreaterThan(0);
  return {
    first: Math.min(...own.map(({ startedAt }) => Date.parse(startedAt))),
    last: Math.max(...own.map(({ startedAt, durationMs }) => Date.parse(startedAt) + Math.floor(durationMs))),
  };
}

function isInOrder(evidence: Evidence): void {
  const [readiness, suites, load] = ['readiness', 'suites', 'load'].map((name) => spanOf(evidence, name));
  expect(suites?.first).toBeGreaterThanOrEqual(readiness?.last ?? Infinity);
  expect(load?.first).toBeGreaterThanOrEqual(suites?.last ?? Infinity);
}

describe('the stages of a run', () => {
  test('share one Playwright, and each waits for those before it', async () => {
    target.answer = (at) => ({ status: 200, body: 'x', delayMs: at === '/' ? 700 : 0 });
    const { code, err, evidence } = await run();
    expect(code, err).toBe(0);
    expect(evidence.sessions.map(({ projects }) => projects)).toEqual([['readiness', 'suites', 'load']]);
    isInOrder(evidence);
    // What waited does not look slow, neither in the evidence nor to who looks on.
    const waited = evidence.attempts.filter((attempt) => attempt.project === 'suites');
    for (const { durationMs } of waited) expect(durationMs).toBeLessThan(700);
    expect(err.indexOf('▸ suites')).toBeGreaterThan(err.indexOf('✓ pages-answer'));
    expect(err.indexOf('✓ home-answers')).toBeGreaterThan(err.indexOf('▸ suites'));
  });

  test('after a failed readiness check: neither tests nor hooks of the user, and nothing is shown as skipped', async () => {
    target.answer = () => ({ status: 503, body: 'down' });
    const { code, err, evidence } = await run();
    expect(code, err).toBe(10);
    expect(evidence.sessions).toMatchObject([
      { projects: ['readiness', 'suites', 'load'], status: 'failed' },
    ]);
    expect(evidence.attempts.map(({ project: name }) => name)).not.toContain('suites');
    expect(evidence.notStarted.map(({ check }) => check)).toEqual([
      'home-answers',
      'cart-answers',
      'own-check-holds',
      'holds-under-load',
    ]);
    expect(existsSync(path.join(project.directory, 'hook.log'))).toBe(false);
    expect(target.requests.filter((request) => /home|cart|load/.test(request))).toEqual([]);
    expect(err).not.toContain('skipped');
  });

  test('after a failed flow no load, unless --keep-going', async () => {
    target.answer = (at) => ({ status: at === '/home' ? 500 : 200, body: 'x' });
    const { code, evidence } = await run();
    expect(code).toBe(10);
    expect(evidence.notStarted.map(({ check }) => check)).toEqual(['holds-under-load']);
    expect(target.requests).not.toContain('GET /load');
    const kept = await greenlight(project.directory, ['run', '--keep-going']);
    expect(kept.code, kept.err).toBe(10);
    expect(target.requests).toContain('GET /load');
  });

  test('get a Playwright each where they could wait for ever: retries', async () => {
    configure('workers: 1, retries: 1');
    const { code, err, evidence } = await run();
    expect(code, err).toBe(0);
    expect(evidence.sessions.map(({ projects }) => projects)).toEqual([['readiness'], ['suites'], ['load']]);
    isInOrder(evidence);
  });

  test('a check that the plan of the run does not have is a fault, also where it may not start', async () => {
    const other = readFileSync(path.join(project.directory, 'greenlight.config.mjs'), 'utf8');
    const more = asks('more-answers', '/more');
    project.write('other.config.mjs', other.replace('flows: [', `flows: [${more}, `));
    for (const name of ['playwright.config.mjs', 'greenlight/suites.spec.mjs']) {
      const text = readFileSync(path.join(project.directory, name), 'utf8');
      project.write(name, text.replace('greenlight.config.mjs', 'other.config.mjs'));
    }
    const { code, err, evidence } = await run();
    expect(code, err).toBe(20);
    expect(evidence.attempts.find(({ check }) => check === 'more-answers')).toMatchObject({
      status: 'skipped',
    });
    expect(target.requests).not.toContain('GET /more');
  });

  test('no hook runs after a check that may not create anything, while another one of its file may start', async () => {
    project.write(
      'greenlight.config.mjs',
      planSource(
        target.url,
        `flows: [${asks('home-answers', '/home')},
           flow('cart-is-made', { title: 'Cart' }).request('make', {
             request: (ctx) => ({ method: 'POST', path: '/carts', json: { name: ctx.unique() } }),
             creates: (ctx) => ({ kind: 'cart', identity: ctx.unique() }) })],
         created: { cart: { keep: 'the test target forgets it' } },
         ...{ target: { name: 'target', urls: { app: '${target.url}' }, release: { path: '/release', id: 'id' } } }`,
      ),
    );
    rmSync(path.join(project.directory, 'greenlight', 'own.spec.mjs'));
    project.write(
      'greenlight/suites.spec.mjs',
      `import { appendFileSync } from 'node:fs';
       import { defineSuites, test } from '${DIST}/run/test-entry.js';
       import plan from '../greenlight.config.mjs';
       test.afterEach(({}, info) => appendFileSync('hook.log', info.title + '\\n'));
       defineSuites(plan);`,
    );
    // Which release answers is not known.
    target.answer = (at) => ({ status: at === '/release' ? 503 : 200, body: 'x' });
    const end = await greenlight(project.directory, ['run', '--release', '1']);
    const file = path.join(project.directory, 'greenlight-report', 'evidence.json');
    const evidence = Evidence.parse(JSON.parse(readFileSync(file, 'utf8')));
    expect(
      evidence.notStarted.map(({ check }) => check),
      end.err,
    ).toEqual(['cart-is-made']);
    const hooks = readFileSync(path.join(project.directory, 'hook.log'), 'utf8');
    expect(hooks).toContain('home-answers');
    expect(hooks).not.toContain('cart-is-made');
  });

  test.skipIf(!LONG)(`one worker is enough for all ${FURTHER}`, async () => {
    configure('workers: 1');
    const { code, err, evidence } = await run();
    expect(code, err).toBe(0);
    expect(evidence.sessions).toHaveLength(1);
    isInOrder(evidence);
  });

  test('a test that does not wait runs in a later Playwright, and not after a failed readiness check', async () => {
    project.write(
      'greenlight/plain.spec.mjs',
      `import { appendFileSync } from 'node:fs';
       import { test } from '@playwright/test';
       test('plain', () => appendFileSync('hook.log', 'plain\\n'));`,
    );
    target.answer = () => ({ status: 503, body: 'down' });
    const { code, evidence } = await run();
    expect(code).toBe(10);
    expect(evidence.sessions.map(({ projects }) => projects)).toEqual([['readiness']]);
    expect(existsSync(path.join(project.directory, 'hook.log'))).toBe(false);
  });

  test('a broken spec of a later stage hides no failure of an earlier one', async () => {
    project.write('greenlight/load.spec.mjs', `throw new Error('this spec is broken');`);
    target.answer = (at) => ({ status: at === '/home' ? 500 : 200, body: 'x' });
    const { code, err, evidence } = await run();
    expect(code, err).toBe(10);
    expect(evidence.sessions.map(({ projects }) => projects)).toEqual([['readiness'], ['suites']]);
  });

  test('a Playwright that dies in the first stage: the others get another one', async () => {
    project.write(
      'greenlight/dies.readiness.spec.mjs',
      `import { test } from '@playwright/test';
       test.afterAll(() => { process.kill(process.ppid, 'SIGKILL'); });
       test('dies', () => {});`,
    );
    const { code, evidence } = await run();
    expect(code).toBe(20);
    expect(evidence.sessions.map(({ projects }) => projects)).toEqual([['readiness'], ['suites', 'load']]);
    expect(evidence.faults.map(({ kind }) => kind)).toContain('runner');
  });
});
