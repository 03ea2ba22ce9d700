import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { canonicalJson } from '../../../../contract/evidence/canonical.ts';
import { Evidence } from '../../../../contract/evidence/evidence.ts';
import { type ShardFragment, checksOfPart } from '../../../../contract/evidence/shard.ts';
import type { Verdict } from '../../../../contract/verdict/verdict.ts';
import { mergeFragments, type Merged } from '../../../../reporters/merge/merge-fragments.ts';
import { judge } from '../../../../reporters/judge.ts';
import {
  allShards,
  fragmentOf,
  loadAfter,
  MANIFEST,
  NONCE,
  share,
  WITHOUT_LOAD,
} from '../../shard-fragments.ts';
import { attempt, DECIDED, ENDED, failing, planned } from '../evidence-builders.ts';

const QUESTION = { id: 'r', nonce: NONCE, wanted: 'everything', at: DECIDED } as const;

function merge(fragments: readonly ShardFragment[], extra: Partial<typeof QUESTION> = {}): Merged {
  const read = fragments.map((fragment, index) => ({ file: `${index}.json`, fragment }));
  return mergeFragments(read, [], { ...QUESTION, ...extra });
}

function verdictOf(merged: Merged): Verdict {
  const evidence = Evidence.parse(merged.evidence);
  return judge(evidence, ENDED);
}

function problemsOf(fragments: readonly ShardFragment[]): string {
  return merge(fragments)
    .problems.map(({ path, problem }) => `${path} ${problem}`)
    .join('\n');
}

describe('the share of a part', () => {
  const anyManifest = fc
    .array(fc.constantFrom('readiness', 'suites', 'data-checks', 'load'), { maxLength: 40 })
    .map((projects) => projects.map((project, index) => planned(`check-${index}`, { project })));

  test('deals every suite and data check out once, evenly, and gives readiness to all', () => {
    fc.assert(
      fc.property(anyManifest, fc.integer({ min: 1, max: 12 }), (manifest, of) => {
        const shares = Array.from({ length: of }, (_, index) => checksOfPart(manifest, share(index + 1, of)));
        const dealt = (project: string): boolean => project === 'suites' || project === 'data-checks';
        const ids = shares.flatMap((checks) =>
          checks.filter((one) => dealt(one.project)).map(({ id }) => id),
        );
        expect(ids.sort()).toEqual(
          manifest
            .filter((one) => dealt(one.project))
            .map(({ id }) => id)
            .sort(),
        );
        const sizes = shares.map((checks) => checks.length);
        expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThanOrEqual(1);
        const ready = manifest.filter(({ project }) => project === 'readiness');
        for (const checks of shares) {
          expect(checks.filter(({ project }) => project === 'readiness')).toEqual(ready);
          expect(checks.some(({ project }) => project === 'load')).toBe(false);
        }
        expect(checksOfPart(manifest, { kind: 'load', of, after: [] })).toEqual(
          manifest.filter(({ project }) => !dealt(project)),
        );
      }),
    );
  });
});

describe('a whole set of fragments', () => {
  test('is judged once, as if one machine had run everything', () => {
    const verdict = verdictOf(merge(allShards(3)));
    expect(verdict).toMatchObject({ decision: 'GO', reasons: [], faults: [] });
    expect(verdict.checks.map(({ id, state }) => `${id} ${state}`)).toEqual(
      WITHOUT_LOAD.map(({ id }) => `${id} passed`),
    );
    expect(verdict.subject.observed).toEqual({ id: '2.4.0' });
  });

  test('may have more shards than checks', () => {
    expect(verdictOf(merge(allShards(9))).decision).toBe('GO');
  });

  test('with load has it alone and after the others', () => {
    const shards = allShards(3, { manifest: MANIFEST });
    expect(problemsOf(shards)).toBe('the load after 3 shards is missing');
    expect(verdictOf(merge([...shards, loadAfter(shards)])).decision).toBe('GO');
    const others = allShards(3, {
      manifest: MANIFEST,
      evidence: (evidence) => ({ ...evidence, run: { ...evidence.run, id: 'again' } }),
    });
    expect(problemsOf([...shards, loadAfter(others)])).toContain('is the load after other shards than these');
    expect(problemsOf([...shards, loadAfter(shards.slice(0, 2), {})])).toContain('do not agree on');
  });

  test('gives the same bytes in any order', () => {
    const shards = allShards(4, { manifest: MANIFEST });
    const fragments = [...shards, loadAfter(shards), fragmentOf(share(2, 4), { manifest: MANIFEST })];
    const files = fragments.map((fragment, index) => ({ file: `${index}.json`, fragment }));
    const wanted = JSON.stringify(mergeFragments(files, [], QUESTION));
    fc.assert(
      fc.property(fc.shuffledSubarray(files, { minLength: files.length }), (shuffled) => {
        expect(JSON.stringify(mergeFragments(shuffled, [], QUESTION))).toBe(wanted);
      }),
    );
  });

  test('a failure of one shard is NO_GO', () => {
    const fragments = allShards(3);
    fragments[1] = fragmentOf(share(2, 3), {
      attempts: (attempts) => attempts.map((one) => (one.check === 'b' ? failing('b') : one)),
    });
    expect(verdictOf(merge(fragments))).toMatchObject({
      decision: 'NO_GO',
      reason: expect.stringContaining('(b):') as string,
    });
  });

  test.each([
    ['fails', 'NO_GO', 'failed', (check: string) => [failing(check, { project: 'readiness' })]],
    ['says nothing', 'INCONCLUSIVE', 'not-run', () => []],
    [
      'breaks',
      'INCONCLUSIVE',
      'unknown',
      (check: string) => [
        attempt(check, {
          project: 'readiness',
          status: 'failed',
          findings: [],
          errors: [{ kind: 'other', message: 'x' }],
        }),
      ],
    ],
  ] as const)('a readiness check that %s in one shard alone decides', (_, decision, state, instead) => {
    for (const index of [1, 2, 3]) {
      const fragments = allShards(3);
      fragments[index - 1] = fragmentOf(share(index, 3), {
        attempts: (attempts) =>
          attempts.flatMap((one) => (one.check === 'target-answers' ? instead(one.check) : [one])),
      });
      const verdict = verdictOf(merge(fragments));
      expect(verdict.decision).toBe(decision);
      expect(verdict.checks[0]).toMatchObject({ state });
      expect(verdict.checks[0]?.summary).toContain(`in shard ${index} of 3`);
      expect(verdict.faults.map(({ kind }) => kind)).not.toContain('duplicate-check');
    }
  });

  test('a failure that is waived in one shard does not hide that another could not tell', () => {
    const waiver = { check: 'target-answers', reason: 'r', owner: 'o', until: '2027-01-01' };
    const policy = { ...allShards(1)[0]!.evidence.policy, waivers: [waiver] };
    const fragments = allShards(3, { evidence: (evidence) => ({ ...evidence, policy }) });
    fragments[0] = fragmentOf(share(1, 3), {
      evidence: (evidence) => ({ ...evidence, policy }),
      attempts: (all) =>
        all.map((one) =>
          one.check === 'target-answers' ? failing(one.check, { project: 'readiness' }) : one,
        ),
    });
    expect(verdictOf(merge(fragments)).decision).toBe('GO');
    fragments[1] = fragmentOf(share(2, 3), {
      evidence: (evidence) => ({ ...evidence, policy }),
      attempts: (all) => all.filter((one) => one.check !== 'target-answers'),
    });
    expect(verdictOf(merge(fragments)).decision).toBe('INCONCLUSIVE');
  });

  test('a check that ran in a part that was not to run it is a fault', () => {
    const fragments = allShards(3);
    fragments[2] = fragmentOf(share(3, 3), { attempts: (all) => [...all, attempt('a')] });
    const verdict = verdictOf(merge(fragments));
    expect(verdict.decision).toBe('INCONCLUSIVE');
    expect(verdict.faults.map(({ message }) => message)).toContain(
      'a ran in shard 3 of 3, which was not to run it',
    );
  });

  test('what went wrong in a part is told with its name, and an interrupted part answers nothing', () => {
    const fragments = allShards(2);
    fragments[0] = fragmentOf(share(1, 2), {
      evidence: (evidence) => ({ ...evidence, faults: [{ kind: 'interrupted', message: 'by hand' }] }),
    });
    const verdict = verdictOf(merge(fragments));
    expect(verdict.decision).toBe('INCONCLUSIVE');
    expect(verdict.faults).toEqual([{ kind: 'interrupted', message: 'shard 1 of 2: by hand' }]);
  });
});

describe('never merged to an answer', () => {
  test('one part alone, and any proper part of all of them', () => {
    const anyRun = fc.tuple(fc.integer({ min: 1, max: 6 }), fc.boolean()).chain(([of, load]) => {
      const shards = allShards(of, { manifest: load ? MANIFEST : WITHOUT_LOAD });
      const all = load ? [...shards, loadAfter(shards)] : shards;
      return fc.tuple(fc.constant(all), fc.subarray(all, { maxLength: all.length - 1 }));
    });
    fc.assert(
      fc.property(anyRun, ([all, some]) => {
        expect(verdictOf(merge(all)).decision).toBe('GO');
        const merged = merge(some);
        expect(merged.problems.length > 0 || merged.evidence === undefined).toBe(true);
        if (merged.evidence !== undefined) expect(verdictOf(merged).decision).toBe('INCONCLUSIVE');
        for (const { evidence } of some) {
          expect(judge(evidence, ENDED).decision).toBe('INCONCLUSIVE');
        }
      }),
      { numRuns: 60 },
    );
  });

  const others: Record<string, Parameters<typeof fragmentOf>[1]> = {
    'the phase': { evidence: (one) => ({ ...one, run: { ...one.run, phase: 'canary' } }) },
    'the target': { evidence: (one) => ({ ...one, subject: { ...one.subject, target: 'staging' } }) },
    'the addresses of the target': {
      evidence: (one) => ({ ...one, subject: { ...one.subject, urls: { app: 'http://127.0.0.1:1' } } }),
    },
    'the wanted release': {
      evidence: (one) => ({ ...one, subject: { ...one.subject, wanted: { id: '2.4.1' } } }),
    },
    'the release that runs': {
      attempts: (all) =>
        all.map((one) => ({
          ...one,
          findings: one.findings.map((finding) =>
            finding.observedRelease ? { ...finding, observedRelease: { id: '2.4.1' } } : finding,
          ),
        })),
    },
    'the digest of the plan': { evidence: (one) => ({ ...one, planDigest: 'sha256:other' }) },
    'the digest of the policy': { evidence: (one) => ({ ...one, policyDigest: 'sha256:other' }) },
    'the list of checks': { manifest: WITHOUT_LOAD.slice(1) },
    'the versions of the tools': {
      evidence: (one) => ({ ...one, run: { ...one.run, tools: { ...one.run.tools, node: 'v22' } } }),
    },
  };
  test.each(Object.keys(others))('shards that do not agree on %s', (name) => {
    const fragments = allShards(3);
    fragments[1] = fragmentOf(share(2, 3), others[name]);
    expect(problemsOf(fragments)).toContain(`do not agree on ${name}`);
    expect(verdictOf(merge(fragments)).decision).toBe('INCONCLUSIVE');
  });

  test('another number of shards', () => {
    expect(problemsOf([...allShards(3).slice(0, 2), fragmentOf(share(3, 4))])).toContain(
      'do not agree on the number of shards: 3 in 0.json, 1.json; 4 in 2.json',
    );
  });

  test('a shard that is there twice, by both names', () => {
    const fragments = allShards(3);
    expect(problemsOf([...fragments, fragments[1]!])).toBe('shard 2 of 3 is there twice: 1.json, 3.json');
    const again = fragmentOf(share(2, 3), { evidence: (one) => ({ ...one, notStarted: [] }) });
    expect(verdictOf(merge([...fragments, again])).decision).toBe('INCONCLUSIVE');
  });

  test('a fragment of another run, which then is missing in this one', () => {
    const fragments = allShards(3);
    fragments[2] = fragmentOf(share(3, 3), {
      evidence: (one) => ({ ...one, run: { ...one.run, nonce: 'deploy-6' } }),
    });
    expect(problemsOf(fragments).split('\n')).toEqual([
      '2.json is foreign: it is of the run deploy-6, and deploy-7 is merged',
      'shard 3 of 3 is missing',
    ]);
    expect(verdictOf(merge(fragments)).checks.find(({ id }) => id === 'c')?.summary).toContain(
      'shard 3 of 3 is missing',
    );
  });

  test('a share that is not the one of its number', () => {
    const fragments = allShards(3);
    fragments[1] = fragmentOf(share(2, 3), {
      evidence: (one) => ({ ...one, manifest: one.manifest.slice(0, -1) }),
    });
    expect(problemsOf(fragments)).toContain('does not hold the checks of shard 2 of 3');
  });

  test('a shard that is too old, has no end, or ends tomorrow', () => {
    const at = (endedAt: string | null): ShardFragment[] =>
      allShards(2, { evidence: (one) => ({ ...one, run: { ...one.run, endedAt } }) });
    expect(problemsOf(at('2026-11-20T08:00:00.000Z'))).toContain('has a wrong time');
    expect(problemsOf(at(null))).toContain('did not come to its end');
    expect(problemsOf(at('2026-11-21T10:00:00.000Z'))).toContain('and it is 2026-11-20');
    const late = mergeFragments(
      allShards(2).map((fragment, index) => ({ file: `${index}`, fragment })),
      [],
      { ...QUESTION, at: '2026-11-20T12:00:00.000Z' },
    );
    expect(late.problems[0]?.problem).toContain('116 minutes old');
  });

  test('a failure that was seen is still listed where the set is not whole', () => {
    const [first] = allShards(2);
    const failed = fragmentOf(share(1, 2), {
      attempts: (all) => all.map((one) => (one.check === 'a' ? failing('a') : one)),
    });
    const verdict = verdictOf(merge([failed]));
    expect(first).toBeDefined();
    expect(verdict.decision).toBe('INCONCLUSIVE');
    expect(verdict.reason).toBe('shard 2 of 2 is missing');
    expect(verdict.reasons.join()).toContain('(a): saw fail');
  });

  test('changes nothing of what it reads', () => {
    const fragments = allShards(3);
    const before = canonicalJson(fragments);
    merge(fragments);
    expect(canonicalJson(fragments)).toBe(before);
  });
});

test('what people stated comes in once, although every part read it, and a "no" of any part is heard', () => {
  const said = (keptAs: string, decision: 'attested' | 'refused', key = 'a') => ({
    id: 'rollback-tested',
    decision,
    name: keptAs,
    role: 'DBA',
    at: ENDED,
    comment: '',
    target: 'shop',
    keptAs,
    key: key.repeat(64),
    enteredAt: ENDED,
  });
  const all = allShards(3).map((fragment, index): ShardFragment => {
    const stated = [said('sha256:1', 'attested'), ...(index === 2 ? [said('sha256:2', 'refused')] : [])];
    return { ...fragment, evidence: { ...fragment.evidence, attestations: stated } };
  });
  const merged = merge(all).evidence;
  expect(merged?.attestations.map(({ keptAs }) => keptAs)).toEqual(['sha256:1', 'sha256:2']);
  // The same words under another key are another statement, and push nothing out.
  const copied = all.map((fragment): ShardFragment => {
    const stated = [...fragment.evidence.attestations, said('sha256:2', 'refused', 'b')];
    return { ...fragment, evidence: { ...fragment.evidence, attestations: stated } };
  });
  expect(
    merge(copied)
      .evidence?.attestations.filter(({ keptAs }) => keptAs === 'sha256:2')
      .map(({ key }) => key)
      .sort(),
  ).toEqual(['a'.repeat(64), 'b'.repeat(64)]);
});
