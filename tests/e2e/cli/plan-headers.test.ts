import { readFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Verdict } from '../../../contract/verdict/verdict.ts';
import { type CliProject, cliProject, greenlight, startTarget, type Target } from '../project.ts';

// A staging system behind basic auth: every asker of Greenlight is let in, and nobody else hears the password.
const BASIC = `Basic ${Buffer.from('qa:st4ging-Pa55word').toString('base64')}`;
let target: Target;
let elsewhere: Target;
let project: CliProject;
const heardElsewhere: string[] = [];

beforeEach(async () => {
  target = await startTarget();
  elsewhere = await startTarget();
  heardElsewhere.length = 0;
  elsewhere.answer = (_at, headers) => {
    heardElsewhere.push(headers.authorization ?? 'nothing');
    return { status: 200, body: '<h1>elsewhere</h1>', headers: { 'content-type': 'text/html' } };
  };
  target.answer = (at, { authorization }) => {
    if (authorization !== BASIC) return { status: 401, body: 'no' };
    if (at === '/leave') return { status: 302, body: '', headers: { location: `${elsewhere.url}/` } };
    if (at.startsWith('/release')) return { status: 200, body: '{"id":"2.4.0"}' };
    const html = { 'content-type': 'text/html' };
    return { status: 200, body: `<h1>in</h1><img src="${elsewhere.url}/pixel">`, headers: html };
  };
});
afterEach(async () => {
  project.remove();
  await target.close();
  await elsewhere.close();
});

test('readiness, release, probes, flows, pages, parity, load and clean-up are let in, other sites hear nothing', async () => {
  const old = await startTarget();
  try {
    old.answer = (_at, headers) =>
      headers['x-old'] === 'yes' && headers.authorization === undefined
        ? { status: 200, body: 'same' }
        : { status: 500, body: 'the old system got the wrong headers' };
    const plain = target.answer;
    target.answer = (at, headers) => {
      const said = plain(at, headers);
      return at === '/same' && said.status === 200 ? { status: 200, body: 'same' } : said;
    };
    project = cliProject(
      target.url,
      `probes: [
         { id: 'pages-answer', title: 'p', kind: 'endpoints', paths: ['/'] },
         { id: 'old-as-new', title: 'o', kind: 'parity', requests: [{ path: '/same' }] },
       ],
       flows: [
         flow('an-order-can-be-placed', { title: 'f' })
           .request('order', { request: () => ({ method: 'POST', path: '/orders', json: {} }),
             creates: (ctx) => ({ kind: 'order', identity: ctx.unique() }) })
           .page('see', { run: async (page) => {
             await page.goto('/');
             await page.getByRole('heading', { name: 'in' }).waitFor();
             const { expect } = await import('@playwright/test');
             await page.goto('/leave');
             await expect(page.getByRole('heading')).toHaveText('elsewhere');
           } }),
       ],
       created: { order: { undo: (id) => flow('undo', { title: 'u' }).request('delete', {
         request: () => ({ method: 'DELETE', path: '/orders/' + id }) }) } },
       load: { profiles: [{ id: 'holds-under-load', title: 'l', engine: 'autocannon', requests: [{ path: '/' }],
         connections: 2, durationS: 1, minimumRequests: 5, thresholds: { errorRate: 0.2 } }] },
       ...{ target: { name: 'staging', urls: { app: '${target.url}' },
         headers: { Authorization: secret('STAGING_AUTH') },
         old: { urls: { app: '${old.url}' }, headers: { 'x-old': 'yes' } },
         release: { path: '/release', id: 'id' } } }`,
    );
    const { code, err } = await greenlight(project.directory, ['run', '--release', '2.4.0'], {
      STAGING_AUTH: BASIC,
    });
    const file = path.join(project.directory, 'greenlight-report/verdict.json');
    const verdict = Verdict.parse(JSON.parse(readFileSync(file, 'utf8')));
    const wrong = verdict.checks.filter(({ state }) => state !== 'passed');
    expect(wrong.map(({ id, summary }) => `${id}: ${summary}`)).toEqual([]);
    expect(code, err).toBe(0);
    expect(verdict.leftovers).toEqual([]);
    expect(target.requests.some((request) => request.startsWith('DELETE'))).toBe(true);
    // The picture on the page, the redirect: both were asked for, without the password.
    expect(heardElsewhere.length).toBeGreaterThan(1);
    expect(new Set(heardElsewhere)).toEqual(new Set(['nothing']));
  } finally {
    await old.close();
  }
});

test('a single probe, the release document and a profile take headers of their own', async () => {
  target.answer = (at, headers) => {
    const wanted = at.startsWith('/release') ? 'release' : at === '/health' ? 'health' : 'load';
    return headers['x-key'] === wanted
      ? { status: 200, body: '{"id":"2.4.0"}' }
      : { status: 403, body: 'no' };
  };
  project = cliProject(
    target.url,
    `probes: [{ id: 'pages-answer', title: 'p', kind: 'endpoints', paths: ['/health'], headers: { 'x-key': 'health' } }],
     load: { profiles: [{ id: 'holds-under-load', title: 'l', engine: 'autocannon',
       requests: [{ path: '/', headers: { 'x-key': secret('SHOP_KEY') } }],
       connections: 2, durationS: 1, minimumRequests: 5, thresholds: { errorRate: 0.2 } }] },
     ...{ target: { name: 'staging', urls: { app: '${target.url}' },
       release: { path: '/release', id: 'id', headers: { 'x-key': 'release' } } } }`,
  );
  const { code, err } = await greenlight(project.directory, ['run', '--release', '2.4.0'], {
    SHOP_KEY: 'load',
  });
  expect(code, err).toBe(0);
});
