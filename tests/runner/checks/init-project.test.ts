import { readFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { loadConfig } from '../../../host/load-config.ts';
import { type InitTarget, startInitTarget } from '../../init-target.ts';
import { installedProject, type InstalledProject } from './installed-project.ts';

let target: InitTarget;
let project: InstalledProject;
beforeAll(async () => {
  target = await startInitTarget();
  project = installedProject('module', undefined);
});
afterAll(async () => {
  project?.remove();
  await target?.close();
});

interface Told {
  readonly decision: string;
  readonly checks: readonly { readonly id: string; readonly state: string }[];
}

function verdict(): Told {
  return JSON.parse(
    readFileSync(path.join(project.directory, 'greenlight-report/verdict.json'), 'utf8'),
  ) as Told;
}

test('what init writes for a target loads, and says GO about it, and NO_GO once its API breaks its word', async () => {
  const init = await project.greenlight(['init', '--url', target.url]);
  expect(init.code, init.output).toBe(0);
  expect(init.output).toMatch(/wrote +greenlight\/openapi-schemas\.mts/);

  const { plan } = await loadConfig(project.directory);
  expect(plan.target.release).toMatchObject({
    path: '/version',
    id: 'build.version',
    commit: 'git.commit.id',
  });
  expect(plan.probes.map(({ id }) => id)).toEqual([
    'main-pages-answer',
    'health-document-says-it-is-well',
    'get-api-products-answers',
    'get-api-stock-answers',
    'get-api-ping-answers',
  ]);

  const doctor = await project.greenlight(['doctor']);
  expect(doctor.code, doctor.output).toBe(0);

  const good = await project.greenlight(['run', '--release', '2.4.1']);
  expect(good.code, good.output).toBe(0);
  expect(verdict().checks.map(({ state }) => state)).toEqual(verdict().checks.map(() => 'passed'));

  target.instead.set('/api/products', {
    type: 'application/json',
    body: JSON.stringify([{ id: 1, name: 'Tea', price: 'four' }]),
  });
  const broken = await project.greenlight(['run']);
  expect(broken.code, broken.output).toBe(10);
  expect(verdict().checks.find(({ state }) => state === 'failed')?.id).toBe('get-api-products-answers');

  // What is there stays, and nobody is asked for it.
  const asked = target.requests.length;
  const again = await project.greenlight(['init', '--url', target.url]);
  expect(again.code, again.output).toBe(0);
  expect(again.output).toContain('--url had no effect');
  expect(again.output).not.toMatch(/wrote/);
  expect(target.requests).toHaveLength(asked);
});
