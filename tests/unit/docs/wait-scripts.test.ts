import { spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';

const PAGES = path.resolve(import.meta.dirname, '../../../docs/deploy');

/** A cluster's Jobs in one file. A stand-in for kubectl: it knows the calls of the scripts, and refuses all others. */
const KUBECTL = String.raw`
const fs = require('node:fs');
const [verb, ...args] = process.argv.slice(2);
const file = process.env.CLUSTER;
const cluster = JSON.parse(fs.readFileSync(file, 'utf8'));
const fail = (why) => { console.error(why); process.exit(1); };
const label = (args.find((arg) => arg.includes('controller-uid=')) ?? '').split('=').pop();
if (verb === 'create' || verb === 'apply') {
  const name = args[args.indexOf('-f') + 1];
  if (cluster.jobs[name] && verb === 'create') fail('Error from server (AlreadyExists)');
  cluster.jobs[name] ??= { uid: 'uid-' + name, codes: cluster.next[name] ?? cluster.next.any };
  fs.writeFileSync(file, JSON.stringify(cluster));
  console.log('job.batch/' + name);
} else if (verb === 'wait') {
  if (cluster.neverEnds) fail('timed out waiting for the condition');
} else if (verb === 'get' && args[0] === 'pods') {
  const job = Object.values(cluster.jobs).find(({ uid }) => uid === label);
  if (!job) fail('no such selector');
  process.stdout.write(job.codes.join(' '));
} else if (verb === 'get') {
  const job = cluster.jobs[args[0].replace('job.batch/', '')];
  if (!job) fail('not found');
  process.stdout.write(job.uid);
} else fail('the stand-in does not know ' + verb);
`;

const SCRIPTS = [
  { page: 'kubernetes-job.md', last: 'greenlight.yaml' },
  { page: 'sharding.md', last: 'greenlight-verdict.yaml' },
];

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(path.join(tmpdir(), 'greenlight-wait-'));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

interface Cluster {
  readonly codes: readonly number[];
  /** Jobs of an earlier deploy that are still there. */
  readonly there?: readonly string[];
  readonly neverEnds?: boolean;
}

function waitOn(page: string, { codes, there = [], neverEnds = false }: Cluster): number | null {
  const text = readFileSync(path.join(PAGES, page), 'utf8');
  const script = /^```sh\n(# wait\.sh.*?)^```$/ms.exec(text)?.[1] ?? 'exit 99';
  const cluster = path.join(directory, 'cluster.json');
  const jobs = Object.fromEntries(there.map((name) => [name, { uid: `old-${name}`, codes: [0] }]));
  writeFileSync(cluster, JSON.stringify({ jobs, next: { any: codes }, neverEnds }));
  writeFileSync(path.join(directory, 'kubectl.cjs'), KUBECTL);
  const program = path.join(directory, 'kubectl');
  writeFileSync(program, `#!/bin/sh\nexec "${process.execPath}" "${directory}/kubectl.cjs" "$@"\n`);
  chmodSync(program, 0o755);
  const env = { PATH: `${directory}:/usr/bin:/bin`, CLUSTER: cluster };
  return spawnSync('sh', ['-c', script], { cwd: directory, env }).status;
}

describe.each(SCRIPTS)('wait.sh of $page', ({ page, last }) => {
  test.each([0, 10, 20])('ends with the code of the run: %i', (code) => {
    expect(waitOn(page, { codes: [code] })).toBe(code);
  });

  test.each<readonly [string, Cluster]>([
    ['the Job of an earlier deploy that is still there', { codes: [10], there: [last] }],
    ['a pod without a code', { codes: [] }],
    ['two pods', { codes: [0, 0] }],
    ['a code that is none of a verdict', { codes: [1] }],
    ['a killed container', { codes: [137] }],
    ['a Job that does not end', { codes: [0], neverEnds: true }],
  ])('%s is 20, never an answer', (_title, cluster) => {
    expect(waitOn(page, cluster)).toBe(20);
  });
});
