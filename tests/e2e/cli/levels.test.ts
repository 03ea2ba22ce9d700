import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type CheckResult, Verdict } from '../../../contract/verdict/verdict.ts';
import { type CliProject, cliProject, greenlight, probe, startTarget, type Target } from '../project.ts';

let target: Target;
let project: CliProject;
let metrics: Server;
let asked: number;
beforeEach(async () => {
  target = await startTarget();
  asked = 0;
  metrics = createServer((_request, response) => {
    asked += 1;
    response.writeHead(503).end();
  });
  await new Promise<void>((resolve) => metrics.listen(0, '127.0.0.1', resolve));
  const { port } = metrics.address() as AddressInfo;
  project = cliProject(
    target.url,
    `...{ target: { name: 'shop', urls: { app: '${target.url}' }, release: { path: '/release', id: 'id' } } },
     probes: [${probe('pages-answer')}],
     slo: { source: { adapter: 'prometheus', url: 'http://127.0.0.1:${port}' }, up: 'up{job="shop"}', scrapeS: 1,
       objectives: [{ id: 'errors-are-few', title: 'Errors are few', kind: 'error-rate', windowS: 8,
         phases: ['post-cutover'], bad: 'bad', total: 'all', atMost: { critical: 0.05 } }] },
     load: { profiles: [{ id: 'holds-under-load', title: 'It holds', engine: 'autocannon',
       requests: [{ path: '/load' }], connections: 1, durationS: 1, warmupS: 0, minimumRequests: 5,
       phases: ['post-cutover'], thresholds: { errorRate: 0 } }] },`,
  );
});
afterEach(async () => {
  project.remove();
  metrics.close();
  await target.close();
});

async function run(answers: (path: string) => number, ...args: readonly string[]) {
  target.answer = (at) => ({
    status: answers(at),
    body: at === '/release' ? JSON.stringify({ id: '2.4.0' }) : 'hello',
  });
  const end = await greenlight(project.directory, ['run', '--release', '2.4.0', ...args]);
  const file = path.join(project.directory, 'greenlight-report', 'verdict.json');
  const verdict = Verdict.parse(JSON.parse(readFileSync(file, 'utf8')));
  const check = (id: string): CheckResult | undefined => verdict.checks.find((one) => one.id === id);
  return { ...end, verdict, level: check('errors-are-few'), load: check('holds-under-load') };
}

test('service levels only read, so they are asked although a check failed; load is not made', async () => {
  const { code, err, level, load } = await run((at) => (at === '/' ? 500 : 200));
  expect(code, err).toBe(10);
  expect(level, err).toMatchObject({ state: 'unknown', cause: 'metrics-unavailable' });
  expect(asked).toBeGreaterThan(0);
  expect(load).toMatchObject({ state: 'not-run', cause: 'not-started' });
  expect(err).toContain('not started but for errors-are-few');
  expect(target.requests.filter((request) => request.endsWith('/load'))).toEqual([]);
});

test('of another release the metrics say nothing that is asked', async () => {
  const { code, level, load } = await run(() => 200, '--release', '2.5.0');
  expect(code).toBe(10);
  for (const check of [level, load]) expect(check).toMatchObject({ state: 'not-run', cause: 'not-started' });
  expect(asked).toBe(0);
});
