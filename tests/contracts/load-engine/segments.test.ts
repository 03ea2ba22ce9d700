import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Finding } from '../../../contract/evidence/finding.ts';
import { parsePlan } from '../../../contract/plan/plan.ts';
import { k6Engine } from '../../../load/engines/k6.ts';
import { sharesFinding } from '../../../load/shares-finding.ts';
import { runProfile } from '../../../load/run-profile.ts';
import { startTarget, type FakeTarget } from './target.ts';

const k6 = await k6Engine.availability();
if (!k6.available) console.warn(`\nSKIPPED: everything about k6: ${k6.reason}. ${k6.remedy}\n`);
const SHARES = 3;

let target: FakeTarget;
let scratch: string;
beforeAll(async () => {
  target = await startTarget((_, response) => void setTimeout(() => response.end('{}'), 20));
  scratch = await mkdtemp(join(tmpdir(), 'greenlight-segments-'));
});
afterAll(async () => {
  await target.close();
  await rm(scratch, { recursive: true, force: true });
});

/** Three k6 at once, each in a directory of its own, as three machines would. */
async function shares(): Promise<Finding[]> {
  const plan = parsePlan({
    target: { name: 'fixture', urls: { app: target.url } },
    load: {
      profiles: [
        {
          id: 'holds',
          title: 'Holds',
          engine: 'k6',
          requests: [{ path: '/' }],
          rate: 50,
          connections: 4,
          // Long against the moments by which k6 starts apart on a busy machine.
          durationS: 6,
          warmupS: 0,
          minimumRequests: 100,
          thresholds: { p95Ms: 2000, errorRate: 0.05 },
        },
      ],
    },
  });
  const [profile] = plan.load.profiles;
  if (profile === undefined) throw new Error('no profile');
  return Promise.all(
    Array.from({ length: SHARES }, async (_, index) =>
      runProfile({
        plan,
        profile,
        engine: k6Engine,
        planFile: undefined,
        run: `r${index}`,
        scratch: await mkdtemp(join(scratch, 'share-')),
        secret: () => '',
        progress: () => undefined,
        signal: new AbortController().signal,
        segment: { index: index + 1, of: SHARES },
      }),
    ),
  );
}

function stricter(finding: Finding): Finding {
  const { detail } = finding;
  if (detail?.kind !== 'load' || detail.share === undefined) throw new Error('no share');
  const { share } = detail;
  const profile = { ...share.profile, thresholds: { p95Ms: 1 } };
  return { ...finding, detail: { ...detail, share: { ...share, profile } } };
}

describe.runIf(k6.available)('three k6 that share one load', () => {
  test('each makes its share, and together they are judged as the whole', async () => {
    const before = target.count();
    const findings = await shares();
    const each = findings.map(({ sampleSize }) => sampleSize ?? 0);
    for (const [index, finding] of findings.entries()) {
      expect(finding, JSON.stringify(finding)).toMatchObject({ outcome: 'unknown', cause: 'one-share' });
      // 50 a second for 6 s: 300 arrivals dealt out to three.
      expect(each[index]).toBeGreaterThanOrEqual(95);
      expect(each[index]).toBeLessThanOrEqual(105);
    }
    expect(target.count() - before).toBe(each.reduce((sum, count) => sum + count, 0));
    const judged = sharesFinding('holds', findings);
    expect(judged.outcome, judged.summary).toBe('pass');
    const { detail } = judged;
    if (detail?.kind !== 'load') throw new Error('no load');
    expect(detail.result).toMatchObject({ targetRate: 50, requests: target.count() - before });
    expect(detail.result.latency?.samples).toBe(detail.result.requests);
    expect(detail.result.buckets.reduce((sum, bucket) => sum + bucket.requests, 0)).toBe(
      detail.result.requests,
    );
    // The same measurements against a limit that they cannot hold.
    expect(sharesFinding('holds', findings.map(stricter))).toMatchObject({ outcome: 'fail', cause: 'p95' });
    // One of them is lost.
    expect(sharesFinding('holds', [findings[0], undefined, findings[2]])).toMatchObject({
      outcome: 'unknown',
      cause: 'share-missing',
    });
  });
});
