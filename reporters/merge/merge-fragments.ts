import { canonicalJson } from '../../contract/evidence/canonical.ts';
import type { Problem } from '../../contract/errors.ts';
import { type Attestation, statementKey } from '../../contract/evidence/attestation.ts';
import type { Evidence, EvidencePart, Fault, Leftover } from '../../contract/evidence/evidence.ts';
import type { Phase } from '../../contract/evidence/outcome.ts';
import { nameOfPart, checksOfPart, type ShardFragment } from '../../contract/evidence/shard.ts';
import { timeProblems } from '../judge/times.ts';
import { belongTogether, disagreements } from './agreement.ts';
import { incompleteness, isSamePart, type Wanted, wantedParts } from './completeness.ts';
import { inOrder, type ReadFragment } from './read-fragment.ts';

/** What whoever merges asks for. */
export interface MergeQuestion {
  /** Id of the merged run. */
  readonly id: string;
  /** What ties all parts to one run. */
  readonly nonce: string;
  readonly wanted: Wanted;
  /** Only where the caller says it. */
  readonly release?: string | undefined;
  readonly commit?: string | undefined;
  readonly phase?: Phase | undefined;
  /** Time of the merge, ISO 8601. */
  readonly at: string;
}

export interface Merged {
  /** All that the fragments saw; undefined when none of them can be used. */
  readonly evidence: Evidence | undefined;
  /** Why the fragments are not one whole run; they also stand among the faults of the evidence. */
  readonly problems: readonly Problem[];
}

const MINUTE = 60_000;
/** Clocks of several machines differ by seconds. */
const CLOCK_SKEW = MINUTE;

/**
 * Puts the parts of a run together to one evidence. Pure, and the order of the fragments does not matter.
 * @param refused what is wrong with the files that could not be read as fragments
 */
export function mergeFragments(
  read: readonly ReadFragment[],
  refused: readonly Problem[],
  question: MergeQuestion,
): Merged {
  const sorted = inOrder(read);
  const own = sorted.filter((one) => foreignness(one, question) === undefined);
  const problems = [
    ...[...refused].sort((a, b) => (problemText(a) < problemText(b) ? -1 : 1)),
    ...sorted.flatMap((one) => foreignness(one, question) ?? []),
    ...disagreements(own),
    ...own.flatMap(otherShare),
    ...own.flatMap((one) => badTimes(one, question.at)),
    ...incompleteness(own, question.wanted),
  ];
  const [first] = own;
  if (first === undefined) return { evidence: undefined, problems };
  // With problems there is no answer; what else was seen is shown all the same, once, and without what contradicts it.
  const usable = own.filter(
    (one) =>
      belongTogether(first, one) &&
      own.find(({ fragment }) => isSamePart(fragment.part, one.fragment.part)) === one,
  );
  return { evidence: evidenceOf(first.fragment, usable, problems, question), problems };
}

/** One line of a problem, as it stands in a verdict. */
export function problemText({ path, problem }: Problem): string {
  return `${path} ${problem}`;
}

function foreignness({ file, fragment }: ReadFragment, question: MergeQuestion): Problem | undefined {
  const { run, subject } = fragment.evidence;
  const differences = [
    different('run', run.nonce, question.nonce),
    different('release', subject.wanted?.id, question.release),
    different('commit', subject.wanted?.commit, question.commit),
    different('phase', run.phase, question.phase),
  ].filter((difference) => difference !== undefined);
  if (differences.length === 0) return undefined;
  return {
    path: file,
    value: nameOfPart(fragment.part),
    problem: `is foreign: ${differences.join(', and ')}`,
    remedy: 'name only fragments of this run; start with an empty directory',
  };
}

function different(what: string, is: string | undefined, asked: string | undefined): string | undefined {
  if (asked === undefined || is === asked) return undefined;
  return `it is of the ${what} ${is ?? '(none)'}, and ${asked} is merged`;
}

function otherShare({ file, fragment }: ReadFragment): readonly Problem[] {
  const { part, manifest, evidence } = fragment;
  const { index, of } = part.kind === 'load' ? (part.segment ?? { index: 1, of: 1 }) : part;
  const possible = index <= of;
  if (possible && canonicalJson(checksOfPart(manifest, part)) === canonicalJson(evidence.manifest)) return [];
  return [
    {
      path: file,
      value: `${evidence.manifest.length} checks`,
      problem: `does not hold the checks of ${nameOfPart(part)}`,
      remedy: 'it was edited, or written by another version: run all shards again',
    },
  ];
}

function badTimes({ file, fragment }: ReadFragment, at: string): readonly Problem[] {
  const { evidence } = fragment;
  const ended = evidence.run.endedAt;
  if (ended === null) {
    return [
      { path: file, value: 'no end', problem: 'did not come to its end', remedy: 'run all shards again' },
    ];
  }
  const problems = [...timeProblems(evidence, ended)];
  const age = Date.parse(at) - Date.parse(ended);
  if (age < -CLOCK_SKEW) problems.push(`It ended ${ended}, and it is ${at} now.`);
  if (age > evidence.policy.maxAgeMinutes * MINUTE) {
    const minutes = Math.floor(age / MINUTE);
    problems.push(`It is ${minutes} minutes old, and may be ${evidence.policy.maxAgeMinutes} at most.`);
  }
  return problems.map((problem) => ({
    path: file,
    value: ended,
    problem: `has a wrong time: ${problem}`,
    remedy: 'run all shards again and merge them soon',
  }));
}

function evidenceOf(
  head: ShardFragment,
  usable: readonly ReadFragment[],
  problems: readonly Problem[],
  { id, wanted }: MergeQuestion,
): Evidence {
  const all = usable.map(({ fragment }) => fragment);
  const starts = all.map(({ evidence }) => evidence.run.startedAt);
  const ends = all.map(({ evidence }) => evidence.run.endedAt);
  const offsets = all.map((_, index) =>
    all.slice(0, index).reduce((sum, { evidence }) => sum + evidence.sessions.length, 0),
  );
  const absent = wantedParts(usable, wanted).filter(
    (part) => !all.some((fragment) => isSamePart(fragment.part, part)),
  );
  return {
    ...head.evidence,
    run: {
      ...head.evidence.run,
      id,
      startedAt: byTime(starts)[0] ?? head.evidence.run.startedAt,
      endedAt: ends.includes(null) ? null : (byTime(ends.filter((end) => end !== null)).at(-1) ?? null),
    },
    manifest: head.manifest,
    sessions: all.flatMap(({ evidence }) => evidence.sessions),
    attempts: all.flatMap(({ evidence }, index) =>
      // Its files lie in the report of its shard, which is not here.
      evidence.attempts.map(({ files: _, ...attempt }) => ({
        ...attempt,
        session: attempt.session + (offsets[index] ?? 0),
      })),
    ),
    notStarted: [
      ...all.flatMap(({ evidence }) => evidence.notStarted),
      ...absent.flatMap((part) =>
        checksOfPart(head.manifest, part).map(({ id: check }) => ({
          check,
          because: `${nameOfPart(part)} is missing`,
        })),
      ),
    ],
    faults: [
      ...problems.map((problem): Fault => ({ kind: 'shards', message: problemText(problem) })),
      ...all.flatMap(({ part, evidence }) =>
        // Being one part only is what the merge ends.
        evidence.faults
          .filter(({ kind }) => kind !== 'shards')
          .map((fault) => ({ ...fault, message: `${nameOfPart(part)}: ${fault.message}` })),
      ),
    ],
    attestations: statedOnce(all.flatMap(({ evidence }) => evidence.attestations)),
    leftovers: distinct(all.flatMap(({ evidence }) => evidence.leftovers)),
    parts: all.map(({ part, digest, evidence }, index): EvidencePart => ({
      name: nameOfPart(part),
      digest,
      checks: evidence.manifest.map((check) => check.id),
      sessions: evidence.sessions.map((_, session) => session + (offsets[index] ?? 0)),
    })),
  };
}

function byTime(times: readonly string[]): readonly string[] {
  return [...times].sort((a, b) => Date.parse(a) - Date.parse(b));
}

/** Parts that keep one ledger all see what earlier runs left in it. */
function distinct(leftovers: readonly Leftover[]): Leftover[] {
  return [...new Map(leftovers.map((one) => [`${one.kind} ${one.identity}`, one])).values()];
}

/** Parts that read one file of statements all found the same ones in it. */
function statedOnce(stated: readonly Attestation[]): Attestation[] {
  return [...new Map(stated.map((one) => [statementKey(one), one])).values()];
}
