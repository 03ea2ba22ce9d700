import { cpSync, existsSync } from 'node:fs';
import path from 'node:path';
import type { Problem } from '../../contract/errors.ts';
import type { Evidence } from '../../contract/evidence/evidence.ts';
import type { Phase } from '../../contract/evidence/outcome.ts';
import { Policy } from '../../contract/verdict/policy.ts';
import { fileStemOf } from '../../contract/evidence/shard.ts';
import type { Verdict } from '../../contract/verdict/verdict.ts';
import { mergeFragments, problemText } from '../../reporters/merge/merge-fragments.ts';
import type { ReadFragment } from '../../reporters/merge/read-fragment.ts';
import { sha256Of } from '../../host/file-digest.ts';
import { digestOf } from '../../host/load-config.ts';
import { ownVersion } from '../../host/package-root.ts';
import { publishEvidence } from '../publish-evidence.ts';
import { clearReport, type ReportFiles, reportFiles } from '../../host/report-files.ts';
import type { SigningKey } from '../../signing/key-file.ts';
import { publicHalves } from '../../signing/seal.ts';
import { withLoadFindings } from './segment-findings.ts';
import { readFragments } from './read-fragments.ts';
import { groupOf } from './shard-option.ts';

interface MergeRequest {
  readonly cwd: string;
  /** Fragment files, relative to `cwd`. */
  readonly files: readonly string[];
  readonly nonce: string;
  readonly release?: string | undefined;
  readonly commit?: string | undefined;
  readonly phase?: Phase | undefined;
  /** Report directory, absolute. */
  readonly directory: string;
  readonly signingKeys: readonly SigningKey[];
}

/**
 * Reads the fragments of all parts of a run, judges them once and writes the report. Whatever is wrong with them is
 * part of the verdict.
 * @throws the system's error when the report cannot be written, GreenlightError USAGE when a GO cannot be signed
 */
export function mergeReports(request: MergeRequest): Verdict {
  const { fragments, refused } = readFragments(request.cwd, request.files, publicHalves(request.signingKeys));
  const at = new Date().toISOString();
  const problems = request.files.length === 0 ? [...refused, NOTHING] : refused;
  const merged = mergeFragments(withLoadFindings(fragments), problems, {
    ...request,
    id: `${groupOf(request.nonce)}-${idOf(fragments)}`,
    wanted: 'everything',
    at,
  });
  const files = reportFiles(request.directory);
  clearReport(files);
  if (merged.evidence === undefined) {
    return publishEvidence(files, nothingSeen(request, merged.problems, at), request.signingKeys);
  }
  collectAllure(request.cwd, fragments, files);
  return publishEvidence(files, merged.evidence, request.signingKeys);
}

const NOTHING: Problem = {
  path: 'the command line',
  value: 'nothing',
  problem: 'names no fragment',
  remedy: 'name the files that `greenlight run --shard` wrote',
};

/** The same fragments make the same run, in whatever order they are named. */
function idOf(fragments: readonly ReadFragment[]): string {
  const digests = fragments.map(({ fragment }) => fragment.digest).sort();
  return sha256Of(digests.join(' ')).slice('sha256:'.length, 'sha256:'.length + 6);
}

/** Not one fragment can be used, so that not even the target is known; the answer must be there all the same. */
function nothingSeen(request: MergeRequest, problems: readonly Problem[], at: string): Evidence {
  const { nonce, release, commit, phase } = request;
  const policy = Policy.parse({});
  return {
    schema: 'greenlight/evidence@1',
    run: {
      id: groupOf(nonce),
      nonce,
      phase: phase ?? 'post-cutover',
      startedAt: at,
      endedAt: null,
      tools: { greenlight: ownVersion() },
    },
    subject: {
      target: 'not known: no fragment could be used',
      urls: {},
      wanted: release === undefined ? null : { id: release, ...(commit === undefined ? {} : { commit }) },
    },
    planDigest: 'not known',
    policy,
    policyDigest: digestOf(policy),
    manifest: [],
    sessions: [],
    attempts: [],
    notStarted: [],
    faults: problems.map((problem) => ({ kind: 'shards', message: problemText(problem) })),
    attestations: [],
    leftovers: [],
  };
}

/** Each part keeps its own beside its fragment; Allure reads them from one directory. */
function collectAllure(cwd: string, fragments: readonly ReadFragment[], files: ReportFiles): void {
  for (const { file, fragment } of fragments) {
    const part = path.join(
      path.dirname(path.resolve(cwd, file)),
      fileStemOf(fragment.part),
      'allure-results',
    );
    if (existsSync(part)) cpSync(part, files.allureResults, { recursive: true });
  }
}
