import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Writable } from 'node:stream';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Baseline } from '../../../contract/load/baseline.ts';
import type { Evidence } from '../../../contract/evidence/evidence.ts';
import type { Finding } from '../../../contract/evidence/finding.ts';
import { atMost } from '../../../contract/flow/statement.ts';
import { LoadRecorder } from '../../../load/engines/load-recorder.ts';
import { loadSetting } from '../../../load/load-setting.ts';
import { digestOf } from '../../../host/load-config.ts';
import { runCommandLine } from '../../../scripts/program.ts';
import { publishEvidence } from '../../../run/publish-evidence.ts';
import { reportFiles } from '../../../host/report-files.ts';
import { createScreen } from '../../../safety/screen.ts';
import { profileOf, resultOf } from '../load/load-result-of.ts';
import { attempt, evidenceOf, found, planned } from '../reporters/evidence-builders.ts';

let directory: string;
beforeEach(() => {
  hour = 10;
  directory = mkdtempSync(path.join(tmpdir(), 'greenlight-baseline-'));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

async function baseline(...args: readonly string[]) {
  let out = '';
  let err = '';
  const stream = (keep: (text: string) => void): Writable =>
    new Writable({
      write(chunk: Buffer, _encoding, done) {
        keep(chunk.toString());
        done();
      },
    });
  const screen = createScreen({
    out: stream((text) => (out += text)),
    err: stream((text) => (err += text)),
    env: {},
  });
  const interrupted = new AbortController().signal;
  const code = await runCommandLine(['baseline', ...args], { screen, env: {}, cwd: directory, interrupted });
  return { code, out, err };
}

const CHECK = 'search-holds';

function loadFinding(latencyMs: number, changes: Partial<Finding> = {}): Finding {
  const recorder = new LoadRecorder();
  for (let at = 0; at < 5000; at += 1) {
    recorder.record({ kind: 'ok', sinceMs: at, latencyMs: latencyMs * (1 + (at % 10) / 100), bytes: 0 });
  }
  return found(CHECK, 'pass', {
    sampleSize: 5000,
    detail: {
      kind: 'load',
      result: resultOf({ ...recorder.result(), connections: 1, durationMs: 5000 * latencyMs }),
      statements: [atMost('p50', latencyMs, 500, 'ms')],
      setting: loadSetting(profileOf(), undefined, { app: 'http://127.0.0.1:3000' }),
    },
    ...changes,
  });
}

/** Each run is later than the one before. */
let hour = 10;

/** The report of a run, as the command line writes it. */
function report(
  name: string,
  findings: readonly Finding[],
  change: (evidence: Evidence) => Evidence = (e) => e,
) {
  const passed = findings.every(({ outcome }) => outcome === 'pass');
  const evidence = evidenceOf(
    [planned(CHECK, { project: 'load', source: 'load' })],
    [
      attempt(CHECK, {
        project: 'load',
        findings: [...findings],
        ...(passed ? {} : { status: 'failed', errors: [{ message: 'no', kind: 'finding' }] }),
      }),
    ],
  );
  const sessions = evidence.sessions.map((session) => ({ ...session, projects: ['load' as const] }));
  hour += 1;
  const run = { ...evidence.run, id: name };
  const changed = change({ ...evidence, run, sessions, policyDigest: digestOf(evidence.policy) });
  const whole = JSON.parse(
    JSON.stringify(changed).replaceAll('2026-11-20T10:', `2026-11-20T${hour}:`),
  ) as Evidence;
  return publishEvidence(reportFiles(path.join(directory, name)), whole, []);
}

test('passing runs become a baseline; a like run holds against it, a slower one does not', async () => {
  expect(report('good', [loadFinding(50)])).toMatchObject({ decision: 'GO', reasons: [] });
  report('tuesday', [loadFinding(51)]);
  report('wednesday', [loadFinding(50.5)]);
  report('like', [loadFinding(52)]);
  report('slow', [loadFinding(90)]);
  const saved = await baseline('save', '--from', 'good');
  expect(saved.code, saved.err).toBe(0);
  expect((await baseline('save', '--from', 'good')).code).toBe(64);
  expect((await baseline('show')).out).toContain('(holds)');

  const like = await baseline('compare', '--from', 'like', '--json');
  expect(like.code, like.err + like.out).toBe(0);
  expect(JSON.parse(like.out)).toMatchObject({
    schema: 'greenlight/baseline-comparison@1',
    outcome: 'pass',
    answers: [
      {
        check: CHECK,
        outcome: 'pass',
        percentiles: [{ percentile: 'p50' }, { percentile: 'p95' }, { percentile: 'time per answer' }],
      },
    ],
  });
  const alone = await baseline('compare', '--from', 'slow');
  expect(alone.code).toBe(20);
  expect(alone.out).toContain('1 run shows not how much runs of the same system differ');

  const three = ['--from', 'good', '--from', 'tuesday', '--from', 'wednesday', '--replace'];
  expect((await baseline('save', ...three)).code).toBe(0);
  const slow = await baseline('compare', '--from', 'slow');
  expect(slow.code).toBe(10);
  expect(slow.out).toContain(`SLOWER  ${CHECK}: p50 was 5`);
});

test('no run is held against itself, and none that is older than the baseline', async () => {
  report('old', [loadFinding(50)]);
  report('good', [loadFinding(50)]);
  await baseline('save', '--from', 'good');
  const same = await baseline('compare', '--from', 'good');
  expect(same.code).toBe(20);
  expect(same.out).toContain('made from this very run (good)');
  const older = await baseline('compare', '--from', 'old');
  expect(older.code).toBe(20);
  expect(older.out).toContain('is older than the baseline');
});

test('a load check that the baseline does not hold is not passed over', async () => {
  report('good', [loadFinding(50)]);
  await baseline('save', '--from', 'good');
  const other = 'checkout-holds';
  report('more', [loadFinding(50)], (evidence) => ({
    ...evidence,
    manifest: [...evidence.manifest, planned(other, { project: 'load', source: 'load' })],
    attempts: [
      ...evidence.attempts,
      attempt(other, { project: 'load', findings: [{ ...loadFinding(50), check: other }] }),
    ],
    sessions: evidence.sessions.map((session) => ({ ...session, announced: 2, ended: 2 })),
  }));
  const all = await baseline('compare', '--from', 'more');
  expect(all.code, all.out).toBe(20);
  expect(all.out).toContain(`unknown  ${other}: the baseline holds nothing about it`);
  expect((await baseline('compare', '--from', 'more', '--check', CHECK)).code).toBe(0);
});

test('a run elsewhere under the same name is another place', async () => {
  report('good', [loadFinding(50)]);
  await baseline('save', '--from', 'good');
  const finding = loadFinding(50);
  if (finding.detail?.kind !== 'load') throw new Error('no load');
  const setting = loadSetting(profileOf(), undefined, { app: 'https://staging.example' });
  report('elsewhere', [{ ...finding, detail: { ...finding.detail, setting } }]);
  const end = await baseline('compare', '--from', 'elsewhere');
  expect(end.code).toBe(20);
  expect(end.out).toContain('address: loopback then, staging.example now');
});

test('another place is named, and no answer is given about it', async () => {
  report('good', [loadFinding(50)]);
  await baseline('save', '--from', 'good');
  report('elsewhere', [loadFinding(50)], (evidence) => ({
    ...evidence,
    subject: { ...evidence.subject, target: 'staging' },
  }));
  const end = await baseline('compare', '--from', 'elsewhere');
  expect(end.code).toBe(20);
  expect(end.out).toContain('target: shop then, staging now');
});

test('no baseline comes from a run that did not pass, nor from a load that did not', async () => {
  report('bad', [loadFinding(50, { outcome: 'fail' })]);
  const bad = await baseline('save', '--from', 'bad');
  expect(bad.code).toBe(20);
  expect(bad.err).toContain('is no passing run');
  expect(bad.err).toContain('did not pass: saw pass');

  report('advisory', [loadFinding(50, { outcome: 'fail' })], (evidence) => ({
    ...evidence,
    manifest: [
      planned(CHECK, { project: 'load', source: 'load', severity: 'advisory' }),
      planned('other', { project: 'load', source: 'flow' }),
    ],
    attempts: [...evidence.attempts, attempt('other', { project: 'load' })],
    sessions: evidence.sessions.map((session) => ({ ...session, announced: 2, ended: 2 })),
  }));
  const advisory = await baseline('save', '--from', 'advisory');
  expect(advisory.code, advisory.out).toBe(20);
  expect(advisory.err).not.toContain('is no passing run');
  expect(advisory.err).toContain('did not pass');

  report('old', [found(CHECK, 'pass')]);
  expect((await baseline('save', '--from', 'old')).err).toContain('in what place it was measured');
  expect((await baseline('save', '--from', 'nowhere')).code).toBe(64);
});

test('what was edited is refused: the verdict, the evidence and the baseline', async () => {
  report('bad', [loadFinding(50, { outcome: 'fail' })]);
  const { verdict, evidence } = reportFiles(path.join(directory, 'bad'));
  writeFileSync(verdict, readFileSync(verdict, 'utf8').replace('"NO_GO"', '"GO"'));
  const edited = await baseline('save', '--from', 'bad');
  expect(edited.code).toBe(20);
  expect(edited.err).toContain('is not about its evidence');
  writeFileSync(evidence, readFileSync(evidence, 'utf8').replaceAll('"fail"', '"pass"'));
  expect((await baseline('save', '--from', 'bad')).err).toContain('is not about its evidence');

  report('good', [loadFinding(50)]);
  await baseline('save', '--from', 'good');
  const file = path.join(directory, 'greenlight.baseline.json');
  const text = readFileSync(file, 'utf8');
  writeFileSync(file, text.replace('"requests": 5000', '"requests": 5001'));
  for (const args of [['show'], ['compare', '--from', 'good']]) {
    const end = await baseline(...args);
    expect(end.code).toBe(20);
    expect(end.err).toContain('was edited');
  }
  writeFileSync(file, text.slice(0, -200));
  expect((await baseline('compare', '--from', 'good')).err).toContain('not whole JSON');
  rmSync(file);
  const missing = await baseline('compare', '--from', 'good', '--json');
  expect(missing.code).toBe(20);
  expect(JSON.parse(missing.out)).toMatchObject({ outcome: 'unknown' });
  expect(Baseline.parse(JSON.parse(text)).entries).toHaveLength(1);
});

test('a run without that load, or whose load measured nothing, is unknown', async () => {
  report('good', [loadFinding(50)]);
  await baseline('save', '--from', 'good');
  report('silent', [found(CHECK, 'unknown', { summary: 'the engine is not here' })]);
  const silent = await baseline('compare', '--from', 'silent');
  expect(silent.code).toBe(20);
  expect(silent.out).toContain('the engine is not here');
  report('without', [loadFinding(50)], (evidence) => ({
    ...evidence,
    manifest: evidence.manifest.map((check) => ({ ...check, source: 'flow' as const })),
  }));
  expect((await baseline('compare', '--from', 'without')).out).toContain('no such load check');
});

test('a run that is unknown only for want of its baseline can become it, and no other', async () => {
  const waiting = { outcome: 'unknown', cause: 'no-baseline', summary: 'It keeps its limits, but' } as const;
  expect(report('first', [loadFinding(50, waiting)])).toMatchObject({ decision: 'INCONCLUSIVE' });
  const saved = await baseline('save', '--from', 'first');
  expect(saved.code, saved.err).toBe(0);
  report('second', [loadFinding(50)]);
  const compared = await baseline('compare', '--from', 'second');
  expect(compared.code, compared.out).toBe(0);

  report('undecided', [loadFinding(50, { ...waiting, cause: 'baseline-undecided' })]);
  expect((await baseline('save', '--from', 'undecided', '--replace')).code).toBe(20);
  report('cut', [loadFinding(50, waiting)], (evidence) => ({
    ...evidence,
    faults: [{ kind: 'interrupted', message: 'the run was interrupted' }],
  }));
  expect((await baseline('save', '--from', 'cut', '--replace')).code).toBe(20);
});

test('a baseline of the first minutes after a cut-over takes no load of other minutes', async () => {
  report('good', [loadFinding(50)]);
  const save = (cutover: string, within: string) =>
    baseline('save', '--from', 'good', '--cutover', cutover, '--within', within, '--replace');
  expect((await save('2026-01-01T00:00:00Z', '15m')).code).toBe(0);
  const before = await save('2026-01-01T00:00:05Z', '15m');
  expect(before.code).toBe(20);
  expect(before.err).toContain('was not made within 900 s after 2026-01-01T00:00:05.000Z');
  expect((await save('2026-01-01T00:00:00Z', '9s')).code).toBe(20);
  expect((await save('2026-01-01', '15m')).code).toBe(64);
  expect((await save('2026-01-01T00:00:00Z', '15')).code).toBe(64);
});

test.each<[string, (evidence: Evidence) => Evidence, number]>([
  ['blocking', (evidence) => evidence, 10],
  ['advisory', (evidence) => withCheck(evidence, { severity: 'advisory' }), 20],
  ['waived', (evidence) => withPolicy(evidence, { waivers: [WAIVER] }), 20],
  [
    'waived until yesterday',
    (evidence) => withPolicy(evidence, { waivers: [{ ...WAIVER, until: '2020-01-01' }] }),
    10,
  ],
])('a load that is slower and %s decides as it does in a run', async (_name, change, code) => {
  const saved = ['good', 'tuesday', 'wednesday'];
  for (const [index, name] of saved.entries()) report(name, [loadFinding(50 + index / 2)]);
  report('slow', [loadFinding(90)], change);
  expect((await baseline('save', ...saved.flatMap((name) => ['--from', name]))).code).toBe(0);
  const end = await baseline('compare', '--from', 'slow');
  expect(end.code, end.out + end.err).toBe(code);
  expect(end.out).toContain('SLOWER');
});

test('a pass below the sample floor of the run is no pass', async () => {
  report('good', [loadFinding(50)]);
  report('few', [loadFinding(50)], (evidence) => withCheck(evidence, { sampleFloor: 10_000 }));
  expect((await baseline('save', '--from', 'good')).code).toBe(0);
  const end = await baseline('compare', '--from', 'few');
  expect(end.code, end.out + end.err).toBe(20);
  expect(end.out).toContain('needs at least 10000');
});

const WAIVER = { check: CHECK, reason: 'known', owner: 'Bo', until: '2099-01-01' };

function withCheck(evidence: Evidence, changes: Partial<Evidence['manifest'][number]>): Evidence {
  return { ...evidence, manifest: evidence.manifest.map((check) => ({ ...check, ...changes })) };
}

function withPolicy(evidence: Evidence, changes: Partial<Evidence['policy']>): Evidence {
  const policy = { ...evidence.policy, ...changes };
  return { ...evidence, policy, policyDigest: digestOf(policy) };
}
