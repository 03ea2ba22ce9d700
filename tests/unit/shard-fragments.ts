import type { PlannedCheck } from '../../contract/plan/checks.ts';
import type { Attempt, Evidence, Fault } from '../../contract/evidence/evidence.ts';
import { nameOfPart, type Part, checksOfPart, ShardFragment } from '../../contract/evidence/shard.ts';
import { digestOf } from '../../host/load-config.ts';
import type { SigningKey } from '../../signing/key-file.ts';
import { sealFragment } from '../../run/shards/seal-fragment.ts';
import { attempt, ENDED, evidenceOf, found, planned } from './reporters/evidence-builders.ts';

export const NONCE = 'deploy-7';

/** Two readiness checks, five for the shards, one load. */
export const MANIFEST: readonly PlannedCheck[] = [
  planned('target-answers', { project: 'readiness', source: 'built-in' }),
  planned('wanted-release-runs', { project: 'readiness', source: 'built-in' }),
  ...['a', 'b', 'c'].map((id) => planned(id)),
  ...['d', 'e'].map((id) => planned(id, { project: 'data-checks', source: 'table' })),
  planned('load', { project: 'load', source: 'load' }),
];
export const WITHOUT_LOAD = MANIFEST.filter(({ project }) => project !== 'load');

interface Extra {
  readonly manifest?: readonly PlannedCheck[];
  /** What differs in the evidence of this part. */
  readonly evidence?: (evidence: Evidence) => Evidence;
  readonly attempts?: (attempts: readonly Attempt[]) => readonly Attempt[];
}

/** A part of a run in which everything passes, as its process would write it. */
export function fragmentOf(part: Part, extra: Extra = {}): ShardFragment {
  const manifest = extra.manifest ?? WITHOUT_LOAD;
  const share = checksOfPart(manifest, part);
  const attempts = share.map(({ id, project }) =>
    attempt(id, {
      project,
      findings: [found(id, 'pass', id === 'wanted-release-runs' ? { observedRelease: { id: '2.4.0' } } : {})],
    }),
  );
  const base = evidenceOf(share, extra.attempts?.(attempts) ?? attempts);
  const onlyPart: Fault = { kind: 'shards', message: `This is ${nameOfPart(part)}` };
  const evidence: Evidence = {
    ...base,
    run: { ...base.run, id: `g-${nameOfPart(part)}`, nonce: NONCE },
    subject: { ...base.subject, wanted: { id: '2.4.0', commit: 'c'.repeat(40) } },
    planDigest: digestOf('the plan'),
    policyDigest: digestOf(base.policy),
    faults: [onlyPart],
  };
  return sealFragment({
    schema: 'greenlight/shard@1',
    part,
    manifest: [...manifest],
    evidence: extra.evidence?.(evidence) ?? evidence,
  });
}

export function share(index: number, of: number): Part {
  return { kind: 'share', index, of };
}

/** Fragments of all shards of a run that passes everything. */
export function allShards(of: number, extra: Extra = {}): ShardFragment[] {
  return Array.from({ length: of }, (_, index) => fragmentOf(share(index + 1, of), extra));
}

/** The load after these shards. */
export function loadAfter(shards: readonly ShardFragment[], extra: Extra = {}): ShardFragment {
  const after = shards.map(({ digest }) => digest);
  return fragmentOf({ kind: 'load', of: shards.length, after }, { manifest: MANIFEST, ...extra });
}

/** The same fragment, as if its run had ended just now: the command line has no clock but the real one. */
export function justEnded(fragment: ShardFragment): ShardFragment {
  const shift = Date.now() - Date.parse(ENDED) - 1000;
  const text = JSON.stringify(fragment).replace(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, (time) =>
    new Date(Date.parse(time) + shift).toISOString(),
  );
  return sealFragment(ShardFragment.parse(JSON.parse(text)));
}

/** The same, as a run with these keys writes it. */
export function sealedBy(keys: readonly SigningKey[], fragment: ShardFragment): ShardFragment {
  return sealFragment(justEnded(fragment), keys);
}
