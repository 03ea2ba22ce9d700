import type { Attestation } from '../../contract/evidence/attestation.ts';
import { compareRelease } from '../../contract/evidence/release-match.ts';
import { durationMs } from '../../contract/plan/duration.ts';
import type { Release } from '../../contract/plan/release.ts';
import { CLOCK_SKEW_MS } from '../../contract/verdict/clock-skew.ts';
import { plain } from '../../contract/verdict/plain-words.ts';
import { type RequiredAttestation, STATED_AGE, STATED_FOR } from '../../contract/verdict/policy.ts';
import type { AttestationResult } from '../../contract/verdict/verdict.ts';
import { time } from '../renderers/words.ts';

/** What a statement must be about to count here. */
export interface StatedAbout {
  readonly target: string;
  readonly release: Release | null;
  /** The run that is judged; what was said of it needs no release. Null where none is. */
  readonly run: string | null;
}

/** What people said, as far as it counts, and what to tell about the rest. */
export interface JudgedAttestations {
  readonly results: readonly AttestationResult[];
  readonly notices: readonly string[];
}

/**
 * Matches required statements with what people attested. Of each person the last word counts; among persons a refusal
 * outweighs any consent, and does not wear off: when it is too old, it has to be said anew or withdrawn. What is about
 * another target or release, by somebody without the role or without their signature, or from the future does not count.
 */
export function judgeAttestations(
  required: readonly RequiredAttestation[],
  given: readonly Attestation[],
  about: StatedAbout,
  decidedAt: string,
): JudgedAttestations {
  const results = required.map((one) => answerTo(one, given, about, decidedAt));
  return {
    results: results.map((result) => withOpenSection(result, results)),
    notices: given.flatMap((one) => {
      const problem = problemForAll(one, required, about, decidedAt);
      return problem === undefined ? [] : [`What ${one.name} said on ${one.id} does not count: ${problem}.`];
    }),
  };
}

/** By id and role: one statement may be asked of two roles, and neither can speak for the other. */
export function answers(
  attestation: Pick<Attestation, 'id' | 'role'>,
  requirement: RequiredAttestation,
): boolean {
  return attestation.id === requirement.id && plain(attestation.role) === plain(requirement.role);
}

/** Why a statement does not count as an answer to a requirement, whatever its age; undefined when it does. */
export function problemOf(
  said: Attestation,
  requirement: RequiredAttestation,
  about: StatedAbout,
  decidedAt: string,
): string | undefined {
  const at = Date.parse(said.at);
  // Written as "not in the past", so that a time that is no number is refused too.
  const latest = Date.parse(decidedAt) + (said.enteredAt === undefined ? 0 : CLOCK_SKEW_MS);
  if (!(at <= latest)) return `its time ${said.at} is not in the past`;
  return problemOfPerson(said, requirement) ?? problemOfSubject(said, requirement, about);
}

function problemOfPerson(said: Attestation, { role, members }: RequiredAttestation): string | undefined {
  if (members === undefined) return undefined;
  const same = members.filter(({ name }) => plain(name) === plain(said.name));
  if (same.length === 0) {
    return `${said.name} is not one of those who have the role "${role}" (${members.map(({ name }) => name).join(', ')})`;
  }
  // Whoever is named twice, once without a key, still has one.
  const keys = same.flatMap(({ key }) => key ?? []);
  if (keys.length === 0 || (said.key !== undefined && keys.includes(said.key))) return undefined;
  return said.key === undefined
    ? `it is not signed, and the plan names the key of ${said.name}`
    : `it is signed with another key than that of ${said.name}`;
}

function problemOfSubject(
  said: Attestation,
  { validFor = STATED_FOR }: RequiredAttestation,
  about: StatedAbout,
): string | undefined {
  // Evidence of older versions does not say: it holds nothing but what was said of its own run.
  if (said.target === undefined) return undefined;
  if (said.target !== about.target) return `it is about the target ${said.target}, not ${about.target}`;
  if (validFor === 'target' || (said.run !== undefined && said.run === about.run)) return undefined;
  if (said.release === undefined || said.release === null) return 'it names no release';
  if (about.release === null) return `it is about the release ${said.release.id}, and this run names none`;
  return isSameRelease(about.release, said.release)
    ? undefined
    : `it is about the release ${releaseWords(said.release)}, not ${releaseWords(about.release)}`;
}

/** The id decides; commit and artifact must not contradict where both are named. */
export function isSameRelease(wanted: Release, said: Release): boolean {
  if (wanted.artifact !== undefined && said.artifact !== undefined && wanted.artifact !== said.artifact) {
    return false;
  }
  return wanted.id === said.id && compareRelease(wanted, said).every(({ state }) => state === 'same');
}

function releaseWords({ id, commit }: Release): string {
  return commit === undefined ? id : `${id} (${commit.slice(0, 12)})`;
}

/** Why a statement answers no requirement at all, for whoever gave it. */
function problemForAll(
  said: Attestation,
  required: readonly RequiredAttestation[],
  about: StatedAbout,
  decidedAt: string,
): string | undefined {
  const asked = required.filter(({ id }) => id === said.id);
  if (asked.length === 0) return 'nobody asked for it';
  const roles = asked.filter((one) => answers(said, one));
  if (roles.length === 0) {
    return `it needs the role ${asked.map(({ role }) => `"${role}"`).join(' or ')}, not "${said.role}"`;
  }
  const problems = roles.map((one) => problemOf(said, one, about, decidedAt));
  return problems.includes(undefined) ? undefined : problems[0];
}

function answerTo(
  requirement: RequiredAttestation,
  given: readonly Attestation[],
  about: StatedAbout,
  decidedAt: string,
): AttestationResult {
  const mine = given.filter((one) => answers(one, requirement));
  const counting = mine.filter((one) => problemOf(one, requirement, about, decidedAt) === undefined);
  const words = lastWords(counting);
  const standing = words.filter((one) => !isReworded(one, requirement));
  const reworded = words.filter((one) => isReworded(one, requirement));
  const isFresh = ({ at }: Attestation): boolean =>
    Date.parse(decidedAt) - Date.parse(at) <= durationMs(requirement.maxAge ?? STATED_AGE);
  const of = (decision: Attestation['decision'], fresh: boolean): Attestation | undefined =>
    standing.filter((one) => one.decision === decision && isFresh(one) === fresh).at(-1);
  const refused = of('refused', true);
  if (refused !== undefined) return { ...requirement, state: 'refused', by: refused };
  const oldRefusal = of('refused', false);
  if (oldRefusal !== undefined) return expired(requirement, oldRefusal);
  const attested = of('attested', true);
  if (attested !== undefined) return { ...requirement, state: 'attested', by: attested };
  const old = of('attested', false);
  if (old !== undefined) return expired(requirement, old);
  const other = reworded.at(-1);
  const note =
    other === undefined
      ? noteOf(standing.at(-1), mine, requirement, about, decidedAt)
      : `what ${other.name} said ${time(other.at)} does not count: it was said of "${other.title ?? ''}", and now it says "${requirement.title}"`;
  return { ...requirement, state: 'missing', by: null, ...(note === undefined ? {} : { note }) };
}

/** A "yes" is one to the words that were read; a "no" stands whatever is said in its place, until it is taken back. */
function isReworded(said: Attestation, { title }: RequiredAttestation): boolean {
  return said.decision === 'attested' && said.title !== undefined && plain(said.title) !== plain(title);
}

/**
 * When a statement that counts is too old, in milliseconds since 1970; undefined for one that nobody gave, and of an age
 * that no calendar holds.
 */
export function endOfStatement({ by, state, maxAge = STATED_AGE }: AttestationResult): number | undefined {
  if (state !== 'attested' || by === null) return undefined;
  const ends = Date.parse(by.at) + durationMs(maxAge);
  return Number.isNaN(new Date(ends).getTime()) ? undefined : ends;
}

/**
 * The last word of each person, oldest first. A person is a name and a key: nobody takes back another's refusal by
 * writing their name. By the time in the statement, which a signature covers, and never by its place in a file.
 */
function lastWords(counting: readonly Attestation[]): readonly Attestation[] {
  const weight = { attested: 0, refused: 1, withdrawn: 2 } as const;
  const sorted = [...counting].sort(
    (a, b) => Date.parse(a.at) - Date.parse(b.at) || weight[a.decision] - weight[b.decision],
  );
  const last = new Map<string, Attestation>();
  for (const one of sorted) last.set(`${plain(one.name)}\n${one.key ?? ''}`, one);
  return sorted.filter((one) => [...last.values()].includes(one));
}

function expired(requirement: RequiredAttestation, by: Attestation): AttestationResult {
  const { maxAge = STATED_AGE } = requirement;
  const ends = new Date(Date.parse(by.at) + durationMs(maxAge));
  // A calendar has an end that dates cannot pass.
  const since = Number.isNaN(ends.getTime()) ? by.at : ends.toISOString();
  const renew = by.decision === 'refused' ? `; ${by.name} must say it anew, or withdraw it` : '';
  const note = `too old since ${time(since)}: it was said ${time(by.at)}, and counts for ${maxAge}${renew}`;
  return { ...requirement, state: 'expired', by, note };
}

/** What there is in place of the word that is missing: a withdrawal, or the newest word that does not count. */
function noteOf(
  word: Attestation | undefined,
  mine: readonly Attestation[],
  requirement: RequiredAttestation,
  about: StatedAbout,
  decidedAt: string,
): string | undefined {
  if (word !== undefined) {
    return `${word.name} withdrew it ${time(word.at)}${word.comment === '' ? '' : `: ${word.comment}`}`;
  }
  const newest = [...mine].sort((a, b) => (Date.parse(a.at) || 0) - (Date.parse(b.at) || 0)).at(-1);
  if (newest === undefined) return undefined;
  const problem = problemOf(newest, requirement, about, decidedAt);
  return `what ${newest.name} said ${time(newest.at)} does not count: ${problem}`;
}

/** Whoever signs a section signs what they have seen: its statements must be given, and given before. */
function withOpenSection(
  result: AttestationResult,
  results: readonly AttestationResult[],
): AttestationResult {
  const { covers = [], by, state } = result;
  if (by === null || state !== 'attested') return result;
  const covered = covers.flatMap((id) => results.filter((one) => one.id === id && one !== result));
  const open = covered.filter((one) => one.state !== 'attested');
  if (open.length > 0) {
    const names = open.map(({ id, role }) => `${id} (${role})`).join(', ');
    return unsigned(result, `${by.name} signed it ${time(by.at)}, and still open is: ${names}`);
  }
  const later = covered.filter((one) => one.by !== null && Date.parse(one.by.at) > Date.parse(by.at));
  if (later.length === 0) return result;
  const names = later
    .map(({ id, by: who }) => `${id} (${who?.name ?? ''}, ${time(who?.at ?? '')})`)
    .join(', ');
  return unsigned(
    result,
    `${by.name} signed it ${time(by.at)}, before this was said: ${names}; it must be signed again`,
  );
}

function unsigned(result: AttestationResult, note: string): AttestationResult {
  return { ...result, state: 'missing', by: null, note };
}
