import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { StoredVerdict } from '../../../contract/ports/gate-store.ts';
import { Verdict } from '../../../contract/verdict/verdict.ts';
import { parseStoredVerdict } from '../../../gate/stored-verdict.ts';

const GOLDEN = path.resolve(import.meta.dirname, '../../golden');

export const MINUTE = 60_000;
export const TARGET = 'Shop of the Northern Isles';
export const COMMIT = '1f2e3d4c5b6a79881726354453627180deadbeef';

const FILES = { GO: 'good-cutover', NO_GO: 'broken-cutover', INCONCLUSIVE: 'cut-short' } as const;

export interface VerdictOf {
  readonly decision: keyof typeof FILES | 'pending';
  readonly run?: string;
  readonly nonce?: string;
  readonly commit?: string;
  readonly target?: string;
  readonly phase?: Verdict['run']['phase'];
  /** Milliseconds since 1970. */
  readonly decidedAt?: number;
  readonly expiresAt?: number;
}

/** A whole verdict as a run writes it, about the subject and time that a test needs. */
export function verdictOf(options: VerdictOf): Verdict {
  const { decision, run = 'run1', nonce = 'deploy-1', decidedAt = Date.now() - MINUTE } = options;
  const file = decision === 'pending' ? FILES.INCONCLUSIVE : FILES[decision];
  const golden = Verdict.parse(
    JSON.parse(readFileSync(path.join(GOLDEN, `${file}.verdict.json`), 'utf8')) as unknown,
  );
  return {
    ...golden,
    run: { id: run, nonce, phase: options.phase ?? 'post-cutover' },
    subject: {
      ...golden.subject,
      target: options.target ?? TARGET,
      wanted: { id: '2.0.0', commit: options.commit ?? COMMIT },
    },
    planDigest: `sha256:${'12'.repeat(32)}`,
    policyDigest: `sha256:${'34'.repeat(32)}`,
    evidenceDigest: decision === 'pending' ? null : `sha256:${'ab'.repeat(32)}`,
    decidedAt: new Date(decidedAt).toISOString(),
    expiresAt: new Date(options.expiresAt ?? decidedAt + 60 * MINUTE).toISOString(),
  };
}

/** What a gate keeps of a verdict. */
export function storedOf(verdict: Verdict, proof: string | null = null): StoredVerdict {
  const stored = parseStoredVerdict(JSON.stringify(verdict), proof);
  if (stored === undefined) throw new Error('this is no verdict');
  return stored;
}

/** Writes a verdict where `greenlight run --output <runs>/<run>` does. */
export function writeVerdict(runs: string, options: VerdictOf): string {
  const directory = path.join(runs, options.run ?? 'run1');
  mkdirSync(directory, { recursive: true });
  const file = path.join(directory, 'verdict.json');
  writeFileSync(file, JSON.stringify(verdictOf(options)));
  return file;
}
