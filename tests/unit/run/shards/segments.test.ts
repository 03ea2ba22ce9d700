import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Finding } from '../../../../contract/evidence/finding.ts';
import { parsePlan } from '../../../../contract/plan/plan.ts';
import {
  fileStemOf,
  nameOfPart,
  type Part,
  type ShardFragment,
} from '../../../../contract/evidence/shard.ts';
import type { Verdict } from '../../../../contract/verdict/verdict.ts';
import { LoadRecorder } from '../../../../load/engines/load-recorder.ts';
import { shareFinding } from '../../../../load/shares-finding.ts';
import { loadSetting } from '../../../../load/load-setting.ts';
import { mergeReports } from '../../../../run/shards/merge-reports.ts';
import { sharedRunOf } from '../../../../run/shards/shard-option.ts';
import { mustBeShareable } from '../../../../run/shards/shareable.ts';
import { profileOf, resultOf } from '../../load/load-result-of.ts';
import { planned } from '../../reporters/evidence-builders.ts';
import { allShards, fragmentOf, justEnded, MANIFEST, NONCE } from '../../shard-fragments.ts';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(path.join(tmpdir(), 'greenlight-segments-'));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

const PROFILE = profileOf({ id: 'load', engine: 'k6', rate: 90, thresholds: { p95Ms: 100 } });

function measured(index: number, of: number, latencyMs = 20): Finding {
  const recorder = new LoadRecorder();
  for (let at = 0; at < 300; at += 1) {
    recorder.record({ kind: 'ok', sinceMs: at * 33, latencyMs, bytes: 1 });
  }
  const result = resultOf({
    engine: { name: 'k6', version: '2.2.0' },
    model: 'open',
    ...recorder.result(),
    targetRate: 90 / of,
    achievedRate: 90 / of,
  });
  const setting = loadSetting(PROFILE, undefined);
  return shareFinding({ segment: { index, of }, profile: PROFILE, result, control: 'not-asked', setting });
}

/** The shards, and so many segments of the load after them. */
function parts(of: number, latencyMs?: number): ShardFragment[] {
  const shards = allShards(2, { manifest: MANIFEST }).map(justEnded);
  const after = shards.map(({ digest }) => digest);
  const segments = Array.from({ length: of }, (_, index) =>
    justEnded(
      fragmentOf(
        { kind: 'load', of: 2, after, segment: { index: index + 1, of } },
        {
          manifest: MANIFEST,
          attempts: (attempts) =>
            attempts.map((one) =>
              one.check === 'load' ? { ...one, findings: [measured(index + 1, of, latencyMs)] } : one,
            ),
        },
      ),
    ),
  );
  return [...shards, ...segments];
}

function merge(
  fragments: readonly ShardFragment[],
  change: (text: string) => string = (text) => text,
): Verdict {
  const files = fragments.map((fragment, index) => {
    const file = path.join(directory, `${index}-${fileStemOf(fragment.part)}.json`);
    writeFileSync(file, change(JSON.stringify(fragment)));
    return file;
  });
  const output = path.join(directory, 'report');
  return mergeReports({ cwd: directory, files, nonce: NONCE, directory: output, signingKeys: [] });
}

describe('segments of a load', () => {
  test('all of them once are judged together, once', () => {
    const verdict = merge(parts(3));
    expect(verdict.decision, verdict.reasons.join()).toBe('GO');
    expect(verdict.checks.find(({ id }) => id === 'load')).toMatchObject({
      state: 'passed',
      findings: [{ outcome: 'pass', sampleSize: 900, detail: { result: { targetRate: 90 } } }],
    });
    const evidence = readFileSync(path.join(directory, 'report', 'evidence.json'), 'utf8');
    expect(evidence).toContain('segment 2 of 3 of the load after 2 shards');
    expect(evidence).not.toContain('one-share');
  });

  test('a load that does not hold is NO_GO', () => {
    const verdict = merge(parts(3, 400));
    expect(verdict.decision, verdict.reasons.join()).toBe('NO_GO');
    expect(verdict.reason).toContain('p95 is 400');
  });

  test.each<[string, (all: ShardFragment[]) => ShardFragment[], string]>([
    [
      'missing',
      (all) => all.filter((_, index) => index !== 3),
      'segment 2 of 3 of the load after 2 shards is missing',
    ],
    [
      'doubled',
      (all) => [...all, all[3] as ShardFragment],
      'segment 2 of 3 of the load after 2 shards is there twice',
    ],
    [
      'of another division',
      (all) => [...all.slice(0, 4), parts(4)[4] as ShardFragment],
      'the number of segments',
    ],
    ['the whole load', (all) => [...all.slice(0, 4), parts(1)[2] as ShardFragment], 'the number of segments'],
    ['all lost', (all) => all.slice(0, 2), 'the load after 2 shards is missing'],
  ])('a segment that is %s is INCONCLUSIVE, by name', (_, change, text) => {
    const verdict = merge(change(parts(3)));
    expect(verdict.decision).toBe('INCONCLUSIVE');
    expect(verdict.reasons.join('\n')).toContain(text);
  });

  test('a segment that was cut short, edited or is of another run is INCONCLUSIVE, by name', () => {
    const cut = merge(parts(3), (text) => (text.includes('"index":2,"of":3') ? text.slice(0, -50) : text));
    expect(cut.decision).toBe('INCONCLUSIVE');
    expect(cut.reasons.join('\n')).toContain('was cut short');
    const edited = merge(parts(3, 400), (text) => text.replace('"requests":300', '"requests":301'));
    expect(edited.reasons.join('\n')).toContain('was edited');
    const foreign = parts(3).map((fragment, index) =>
      index === 3
        ? { ...fragment, evidence: { ...fragment.evidence, planDigest: 'sha256:other' } }
        : fragment,
    );
    expect(merge(foreign).decision).toBe('INCONCLUSIVE');
  });
});

describe('what cannot be shared is refused before anything is sent', () => {
  const plan = parsePlan({
    target: { name: 'shop', urls: { app: 'http://127.0.0.1:9' } },
    load: {
      profiles: [
        { ...PROFILE, id: 'steady' },
        { ...PROFILE, id: 'knee', kind: 'ramp', peak: 200 },
        profileOf({ id: 'embedded' }),
        profileOf({ id: 'few', engine: 'k6', connections: 2 }),
      ],
    },
  });
  const load = (id: string) => planned(id, { project: 'load', source: 'load' });

  test('by name', () => {
    expect(() => mustBeShareable(plan, [load('steady'), planned('flow')], 3)).not.toThrow();
    let problems: readonly { readonly path: string }[] = [];
    try {
      mustBeShareable(
        plan,
        [
          ...['steady', 'knee', 'embedded', 'few'].map(load),
          planned('level', { project: 'load', source: 'slo' }),
        ],
        3,
      );
    } catch (error) {
      ({ problems } = error as { problems: typeof problems });
    }
    expect(problems.map((problem) => problem.path)).toEqual(['knee', 'embedded', 'few', 'level']);
  });

  test('options that do not fit', () => {
    const options = { shard: 'load', after: [], nonce: 'n' };
    expect(() => sharedRunOf('.', { ...options, shard: '1/2', segment: '1/2' }, [])).toThrow('--shard load');
    expect(() => sharedRunOf('.', { ...options, startAt: '2026-01-01T00:00:00Z' }, [])).toThrow('--segment');
    expect(() => sharedRunOf('.', { ...options, segment: '3/2' }, [])).toThrow('no share');
    expect(() => sharedRunOf('.', { ...options, segment: '1/2', startAt: 'soon' }, [])).toThrow('no time');
    expect(() =>
      sharedRunOf('.', { ...options, segment: '1/2', startAt: '2999-01-01T00:00:00Z' }, []),
    ).toThrow('no time');
  });

  test('names of segments', () => {
    const part: Part = { kind: 'load', of: 5, after: [], segment: { index: 2, of: 3 } };
    expect(nameOfPart(part)).toBe('segment 2 of 3 of the load after 5 shards');
    expect(fileStemOf(part)).toBe('shard-load-of-5-segment-2-of-3');
  });
});
