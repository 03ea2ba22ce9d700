import { readFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Evidence } from '../../../contract/evidence/evidence.ts';
import { ShardFragment } from '../../../contract/evidence/shard.ts';
import { Verdict } from '../../../contract/verdict/verdict.ts';
import { openLedger } from '../../../safety/ledger.ts';
import {
  type CliProject,
  cliProject,
  type CommandEnd,
  greenlight,
  startTarget,
  type Target,
} from '../project.ts';

/** Four processes start Playwright, most of them at once. */
const LONG = 600_000;

/** Flows that create something each, and a load. */
const PLAN = `
  workers: 1,
  flows: [1, 2, 3, 4, 5, 6].map((n) => flow('flow-' + n, { title: 'Flow ' + n })
    .given((ctx) => ({ name: ctx.unique() }))
    .request('create', {
      request: ({ captured }) => ({ method: 'POST', path: '/flow-' + n + '/' + captured.name }),
      creates: ({ captured }) => ({ kind: 'thing', identity: captured.name }) })),
  created: { thing: { undo: (name) => flow('undo-thing', { title: 'Undo', check: false })
    .request('remove', { request: () => ({ method: 'DELETE', path: '/things/' + name }) }) } },
  load: { profiles: [{ id: 'holds-under-load', title: 'It holds', engine: 'autocannon', requests: [{ path: '/load' }],
    connections: 2, durationS: 1, warmupS: 0, minimumRequests: 5, thresholds: { errorRate: 0 } }] },`;

let target: Target;
let project: CliProject;
beforeEach(async () => {
  target = await startTarget();
  project = cliProject(target.url, PLAN);
});
afterEach(async () => {
  project.remove();
  await target.close();
});

function read(name: string): unknown {
  return JSON.parse(readFileSync(path.join(project.directory, 'greenlight-report', name), 'utf8'));
}

function fragments(of: number): string[] {
  return Array.from({ length: of }, (_, index) => `greenlight-report/shard-${index + 1}-of-${of}.json`);
}

function shards(of: number): Promise<CommandEnd[]> {
  const indexes = Array.from({ length: of }, (_, index) => index + 1);
  const shard = (index: number): Promise<CommandEnd> =>
    greenlight(project.directory, ['run', '--nonce', 'deploy-7', '--shard', `${index}/${of}`]);
  return Promise.all(indexes.map(shard));
}

function loadAfter(of: number): Promise<CommandEnd> {
  const load = ['run', '--nonce', 'deploy-7', '--shard', 'load', '--after', ...fragments(of)];
  return greenlight(project.directory, load);
}

function merge(files: readonly string[]): Promise<CommandEnd> {
  return greenlight(project.directory, ['merge', '--nonce', 'deploy-7', '--json', ...files]);
}

test(
  'three processes share a run; load comes after them, and the merge answers once',
  async () => {
    const ends = await shards(3);
    expect(
      ends.map(({ code }) => code),
      ends.map(({ err }) => err).join(),
    ).toEqual([0, 0, 0]);
    // No part of a run can be taken for its answer.
    expect(Verdict.parse(read('verdict.json')).decision).toBe('INCONCLUSIVE');
    for (const index of [1, 2, 3]) {
      expect(Verdict.parse(read(`shard-${index}-of-3/verdict.json`)).decision).toBe('INCONCLUSIVE');
      const { evidence } = ShardFragment.parse(read(`shard-${index}-of-3.json`));
      // Everyone keeps one ledger; what the others have in hand is no leftover.
      expect(evidence.leftovers).toEqual([]);
      expect(evidence.faults.map(({ kind }) => kind)).toEqual(['shards']);
    }
    // Each flow was walked by one of them.
    for (const n of [1, 2, 3, 4, 5, 6]) {
      expect(target.requests.filter((request) => request.startsWith(`POST /flow-${n}/`))).toHaveLength(1);
    }
    expect(target.requests.some((request) => request.endsWith('/load'))).toBe(false);

    const load = await loadAfter(3);
    expect(load.code, load.err).toBe(0);
    const files = [...fragments(3), 'greenlight-report/shard-load-of-3.json'];
    const end = await merge(files);
    expect(end.code, end.err + end.out).toBe(0);
    const verdict = Verdict.parse(JSON.parse(end.out));
    expect(verdict).toEqual(read('verdict.json'));
    expect(verdict.checks.map(({ id, state }) => `${id} ${state}`)).toEqual(
      ['target-answers', ...[1, 2, 3, 4, 5, 6].map((n) => `flow-${n}`), 'holds-under-load'].map(
        (id) => `${id} passed`,
      ),
    );
    expect(Evidence.parse(read('evidence.json')).parts).toHaveLength(4);
    const ledger = await openLedger(path.join(project.directory, '.greenlight'), 'target');
    expect(await ledger.outstanding()).toEqual([]);

    const without = await merge(files.filter((file) => !file.includes('shard-2')));
    expect(without.code).toBe(20);
    expect(without.out).toContain('shard 2 of 3 is missing');
  },
  LONG,
);

test(
  'load does not start on a release that a shard has seen to be broken, and the merge says NO_GO',
  async () => {
    target.answer = (at) => ({ status: at.startsWith('/flow-2/') ? 500 : 200, body: 'x' });
    expect((await shards(2)).map(({ code }) => code)).toEqual([0, 0]);
    const load = await loadAfter(2);
    expect(load.code, load.err).toBe(0);
    expect(load.err).toContain('the blocking check flow-2 failed before');
    expect(target.requests.some((request) => request.endsWith('/load'))).toBe(false);
    const end = await merge([...fragments(2), 'greenlight-report/shard-load-of-2.json']);
    expect(end.code, end.err).toBe(10);
    expect(Verdict.parse(read('verdict.json')).reason).toContain('flow-2');
  },
  LONG,
);
