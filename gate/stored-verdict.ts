import type { StoredVerdict } from '../contract/ports/gate-store.ts';
import { Verdict } from '../contract/verdict/verdict.ts';
import { sha256Of } from '../host/file-digest.ts';
import { oneLine } from './one-line.ts';

/**
 * Reads a verdict file.
 * @param proof the envelope beside it
 * @returns undefined when the text is not a verdict of this version
 */
export function parseStoredVerdict(text: string, proof: string | null): StoredVerdict | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    // Not an error that is lost: the store counts this entry as unreadable.
    return undefined;
  }
  const parsed = Verdict.safeParse(value);
  return parsed.success ? storedVerdict(parsed.data, sha256Of(text), proof) : undefined;
}

function storedVerdict(verdict: Verdict, digest: string, proof: string | null): StoredVerdict {
  const { run, subject, decision, decidedAt, expiresAt, evidenceDigest } = verdict;
  return {
    run: run.id,
    nonce: run.nonce,
    phase: run.phase,
    target: subject.target,
    release: subject.wanted?.id ?? null,
    commit: subject.wanted?.commit ?? null,
    artifact: subject.wanted?.artifact ?? null,
    // The verdict that stands on disk while a run is under way has no evidence yet.
    decision: decision === 'INCONCLUSIVE' && evidenceDigest === null ? 'pending' : decision,
    reason: oneLine(verdict.reason),
    decidedAt,
    expiresAt,
    doubt: doubtOf(verdict),
    digest,
    proof,
  };
}

/** A GO that contradicts itself was not written by a run. */
function doubtOf(verdict: Verdict): string | null {
  if (verdict.evidenceDigest === null) return 'The verdict names no evidence.';
  if (verdict.reasons.length > 0) return 'The verdict lists reasons against itself.';
  if (verdict.counts.required === 0 || verdict.checks.length === 0) return 'The verdict rests on no check.';
  return null;
}
