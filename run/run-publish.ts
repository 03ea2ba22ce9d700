import { Evidence } from '../contract/evidence/evidence.ts';
import { ShardFragment } from '../contract/evidence/shard.ts';
import type { Verdict } from '../contract/verdict/verdict.ts';
import { writeFileAtomically } from '../host/atomic-write.ts';
import { startedVerdict } from '../reporters/started-verdict.ts';
import { publishEvidence, writeVerdict } from './publish-evidence.ts';
import { removeProofs } from '../host/report-files.ts';
import type { PreparedRun } from './run-prepare.ts';
import { sealFragment } from './shards/seal-fragment.ts';

/**
 * Replaces whatever verdict is there by "started, not finished", so that a run that is killed leaves no GO behind.
 * @throws the system's error when it cannot be written; an old verdict is removed then if at all possible
 */
export function publishStarted({ head, manifest, files, redactor }: PreparedRun): void {
  removeProofs(files);
  writeVerdict(files, redactor.deep(startedVerdict({ ...head, manifest: [...manifest] })));
}

/**
 * Judges and writes the report of a run.
 * @throws the system's error when anything of it cannot be written; no GO is on disk then
 */
export function publishRun({ files, redactor, request, shared }: PreparedRun, collected: Evidence): Verdict {
  // Redaction must not break the evidence: what is written is what is judged, now and later.
  const evidence = Evidence.parse(redactor.deep(collected));
  const keys = request.signingKeys ?? [];
  // A part of a run is never GO, so nothing of it is signed; it is sealed, for the merge that signs.
  const verdict = publishEvidence(files, evidence, keys);
  if (shared === undefined) return verdict;
  const { part, manifest } = shared;
  const fragment = sealFragment(
    ShardFragment.parse(
      redactor.deep({ schema: 'greenlight/shard@1', part, manifest, evidence, digest: '' }),
    ),
    keys,
  );
  writeFileAtomically(shared.file, `${JSON.stringify(fragment, null, 2)}\n`);
  return verdict;
}
