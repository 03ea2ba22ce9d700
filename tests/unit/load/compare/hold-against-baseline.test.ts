import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Finding } from '../../../../contract/evidence/finding.ts';
import type { LoadProfile } from '../../../../contract/load/load-profile.ts';
import { readBaseline, sealBaseline } from '../../../../load/compare/baseline-file.ts';
import { fingerprintOf } from '../../../../load/compare/compare-baseline.ts';
import { holdAgainstBaseline } from '../../../../load/compare/hold-against-baseline.ts';
import { LoadRecorder } from '../../../../load/engines/load-recorder.ts';
import { loadFinding } from '../../../../load/load-finding.ts';
import { loadSetting, profileDigest } from '../../../../load/load-setting.ts';
import { profileOf, resultOf } from '../load-result-of.ts';

let directory: string;
beforeAll(() => {
  directory = mkdtempSync(path.join(tmpdir(), 'greenlight-held-'));
  save('good.json', 40, 41, 39.5);
  save('one-run.json', 40);
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

function measured(latencyMs: number, requests = 5000) {
  const recorder = new LoadRecorder();
  for (let at = 0; at < requests; at += 1) {
    recorder.record({ kind: 'ok', sinceMs: at, latencyMs: latencyMs * (1 + (at % 10) / 100), bytes: 0 });
  }
  return resultOf({ ...recorder.result(), connections: 1, durationMs: requests * latencyMs });
}

function save(name: string, ...latenciesMs: readonly number[]): void {
  const results = latenciesMs.map((latencyMs) => measured(latencyMs));
  const [result = measured(40)] = results;
  const content = {
    schema: 'greenlight/baseline@1' as const,
    savedAt: '2026-11-20T10:00:00.000Z',
    greenlight: '0.1.0',
    entries: [
      {
        check: 'search-holds',
        title: 'It holds',
        fingerprint: fingerprintOf('shop', result, loadSetting(profileOf(), undefined)),
        runs: results.map((one) => ({
          run: 'r',
          phase: 'post-cutover' as const,
          release: null,
          decidedAt: '',
          result: one,
        })),
      },
    ],
  };
  writeFileSync(path.join(directory, name), JSON.stringify(sealBaseline(content)));
}

interface Asked {
  readonly baseline?: string;
  readonly target?: string;
  readonly planFile?: string | undefined;
  readonly profile?: LoadProfile;
  readonly requests?: number;
}

function held(latencyMs: number, asked: Asked = {}): Finding {
  const profile = asked.profile ?? profileOf({ baseline: asked.baseline ?? 'good.json' });
  const said = loadFinding({ profile, result: measured(latencyMs, asked.requests), control: 'not-asked' });
  if (said.detail?.kind !== 'load') throw new Error('no load');
  const finding = { ...said, detail: { ...said.detail, setting: loadSetting(profile, undefined) } };
  const planFile = 'planFile' in asked ? asked.planFile : path.join(directory, 'greenlight.config.ts');
  return Finding.parse(holdAgainstBaseline(finding, { profile, target: asked.target ?? 'shop', planFile }));
}

test('as fast as the baseline passes and says against what', () => {
  const finding = held(42);
  expect(finding.outcome, finding.summary).toBe('pass');
  expect(finding.summary).toMatch(/against good\.json of 2026-11-20.* \(sha256:[0-9a-f]{8}\): p50 4/);
  expect(finding.detail).toMatchObject({
    statements: [{}, {}, { name: 'p50 against the baseline', ok: true }, { ok: true }, { ok: true }],
  });
});

test('slower than the baseline fails, although every limit holds', () => {
  const finding = held(80);
  expect(finding).toMatchObject({ outcome: 'fail', cause: 'worse-than-baseline' });
  expect(finding.summary).toContain('25 % slower is allowed');
  const lenient = profileOf({ baseline: { file: 'good.json', margin: 2 } });
  expect(held(80, { profile: lenient }).outcome).toBe('pass');
  expect(held(80, { baseline: 'one-run.json' })).toMatchObject({
    outcome: 'unknown',
    cause: 'baseline-undecided',
  });
});

test('a broken limit stays what it is', () => {
  expect(held(900)).toMatchObject({ outcome: 'fail', cause: 'p95' });
});

test('without a baseline that holds the answer is unknown and says what to do', () => {
  const missing = held(42, { baseline: 'perf/none.json' });
  expect(missing).toMatchObject({ outcome: 'unknown', cause: 'no-baseline' });
  expect(missing.remedy).toContain('--check search-holds --file perf/none.json');
  const other = held(42, { profile: profileOf({ id: 'other', baseline: 'good.json' }) });
  expect(other).toMatchObject({ outcome: 'unknown', cause: 'no-baseline' });
  expect(other.remedy).toContain('--replace');
  expect(held(42, { planFile: undefined })).toMatchObject({ outcome: 'unknown', cause: 'plan-file-unknown' });

  const good = readFileSync(path.join(directory, 'good.json'), 'utf8');
  writeFileSync(path.join(directory, 'edited.json'), good.replace('2026-11-20', '2026-11-21'));
  const edited = held(42, { baseline: 'edited.json' });
  expect(edited).toMatchObject({ outcome: 'unknown', cause: 'baseline-invalid' });
  expect(edited.summary).toContain('was edited');
  writeFileSync(path.join(directory, 'cut.json'), good.slice(0, 100));
  expect(held(42, { baseline: 'cut.json' })).toMatchObject({ outcome: 'unknown', cause: 'baseline-invalid' });
});

test('a baseline of another place decides nothing', () => {
  const elsewhere = held(42, { target: 'staging' });
  expect(elsewhere).toMatchObject({ outcome: 'unknown', cause: 'baseline-foreign' });
  expect(elsewhere.summary).toContain('target: shop then, staging now');
  const more = profileOf({ connections: 20, baseline: 'good.json' });
  expect(held(42, { profile: more }).summary).toContain('what is sent');
});

test('too few requests to bound a percentile are unknown', () => {
  const finding = held(48, { requests: 300 });
  expect(finding).toMatchObject({ outcome: 'unknown', cause: 'baseline-undecided' });
});

test('a target so slow that it made few requests is slower, not unknown', () => {
  const profile = profileOf({ thresholds: { errorRate: 0.5 }, baseline: 'good.json' });
  for (const [latencyMs, requests] of [
    [400, 90],
    [2000, 30],
    [9000, 12],
    [9000, 5],
  ] as const)
    expect(held(latencyMs, { profile, requests }), `${requests} requests`).toMatchObject({
      outcome: 'fail',
      cause: 'worse-than-baseline',
    });
  // As fast as it was, but few: no pass either.
  expect(held(42, { profile, requests: 30 })).toMatchObject({
    outcome: 'unknown',
    cause: 'too-few-requests',
  });
});

test('naming a baseline does not change what is sent, and a ramp has none', () => {
  expect(profileDigest(profileOf({ baseline: 'a.json' }), undefined)).toBe(
    profileDigest(profileOf(), undefined),
  );
  expect(() => profileOf({ kind: 'ramp', peak: 20, baseline: 'a.json' })).toThrow('no meaning in a ramp');
  expect(() => profileOf({ baseline: '' })).toThrow();
  expect(readBaseline(path.join(directory, 'good.json')).entries).toHaveLength(1);
});
