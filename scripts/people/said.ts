import { readFileSync } from 'node:fs';
import path from 'node:path';
import { GreenlightError } from '../../contract/errors.ts';
import type { Attestation, Seen } from '../../contract/evidence/attestation.ts';
import type { Evidence } from '../../contract/evidence/evidence.ts';
import { policyOf } from '../../contract/plan/people.ts';
import { CLOCK_SKEW_MS } from '../../contract/verdict/clock-skew.ts';
import type { KeptStatement } from '../../contract/verdict/kept-statement.ts';
import { plain } from '../../contract/verdict/plain-words.ts';
import { type RequiredAttestation, STATED_FOR } from '../../contract/verdict/policy.ts';
import type { AttestationResult, Verdict } from '../../contract/verdict/verdict.ts';
import { sha256Of } from '../../host/file-digest.ts';
import {
  answers,
  isSameRelease,
  judgeAttestations,
  problemOf,
  type StatedAbout,
} from '../../reporters/judge/attestations.ts';
import type { PeoplePlan } from './people-plan.ts';
import { releaseOf } from './release-option.ts';

/** What a person says, as it was typed. */
export interface SaidOptions {
  readonly id: string;
  readonly decision?: 'attested' | 'refused';
  readonly withdraw: boolean;
  readonly name: string;
  readonly role: string;
  readonly comment: string;
  readonly seen?: readonly string[];
  readonly seenFile?: readonly string[];
  readonly release?: string;
  readonly commit?: string;
}

/** Where they say it. */
export interface SaidWhere {
  readonly cwd: string;
  readonly now: Date;
  /** Undefined where the statement goes into the evidence of a run alone. */
  readonly plan: PeoplePlan | undefined;
  /** Of the run that is judged again; undefined where none is. */
  readonly evidence: Evidence | undefined;
  /** The id of the key that will sign it. */
  readonly key: string | undefined;
}

/**
 * Makes a statement, after everything that would keep it from counting was refused.
 * @throws GreenlightError STATEMENT_REFUSED, or for an option; nothing was written
 */
export function statementOf(options: SaidOptions, where: SaidWhere): KeptStatement {
  const decision = decisionOf(options);
  const name = options.name.trim();
  if (name === '') throw new GreenlightError('STATEMENT_REFUSED', '--name must say who states it');
  const asked = askedOf(options, where);
  const named = releaseOf(options);
  const ofRun = where.evidence?.subject.wanted ?? null;
  if (
    named !== undefined &&
    where.evidence !== undefined &&
    (ofRun === null || !isSameRelease(ofRun, named))
  ) {
    throw new GreenlightError(
      'OPTION_CONFLICT',
      `--release: the run was about ${ofRun === null ? 'no release' : ofRun.id}, not ${named.id}; with --no-judge the statement is kept for a run of that`,
    );
  }
  const release = ofRun ?? named ?? null;
  const { validFor = STATED_FOR } = asked;
  if (where.evidence === undefined && validFor === 'release' && release === null) {
    throw new GreenlightError(
      'OPTION_MISSING',
      `--release: ${asked.id} is said of one release, and none was named`,
    );
  }
  const said: KeptStatement = {
    id: asked.id,
    title: asked.title,
    decision,
    name,
    role: asked.role,
    at: where.now.toISOString(),
    comment: options.comment,
    seen: seenIn(options, where.cwd),
    target: where.evidence?.subject.target ?? where.plan?.plan.target.name ?? '',
    release,
    run: where.evidence?.run.id ?? null,
  };
  const about: StatedAbout = { target: said.target, release, run: said.run };
  const { run, ...rest } = said;
  const asGiven: Attestation = {
    ...rest,
    ...(run === null ? {} : { run }),
    ...(where.key === undefined ? {} : { key: where.key }),
  };
  const problem = problemOf(asGiven, asked, about, said.at);
  if (problem !== undefined) {
    throw new GreenlightError('STATEMENT_REFUSED', `it would not count: ${problem}`);
  }
  const standing = [...(where.plan?.stated ?? []), ...(where.evidence?.attestations ?? [])];
  const own = ownWords(standing, asGiven, asked, about);
  if (decision === 'withdrawn') mustStand(own, said, where.key);
  const signed = decision === 'attested' ? mustBeDone(asked, standing, about, where, said.at) : [];
  return { ...said, at: after([...own, ...signed], where.now) };
}

/** Whether a statement is about the run of a verdict: it asks for it, of the same target, and release where one was named. */
export function isOfRun(options: SaidOptions, { plan }: PeoplePlan, verdict: Verdict): boolean {
  if (verdict.subject.target !== plan.target.name) return false;
  if (!verdict.attestations.some((one) => answers(options, one))) return false;
  const release = releaseOf(options);
  if (release === undefined) return true;
  return verdict.subject.wanted !== null && isSameRelease(verdict.subject.wanted, release);
}

function decisionOf({ decision, withdraw, comment }: SaidOptions): Attestation['decision'] {
  if (withdraw === (decision !== undefined)) {
    throw new GreenlightError(
      'OPTION_CONFLICT',
      'give one of --decision attested, --decision refused and --withdraw',
    );
  }
  if (decision === 'refused' && comment.trim() === '') {
    throw new GreenlightError('OPTION_MISSING', '--comment: whoever refuses says why');
  }
  return decision ?? 'withdrawn';
}

/** @throws GreenlightError NAME_UNKNOWN or STATEMENT_REFUSED when nothing asks for this statement, or not of this role */
function askedOf({ id, role }: SaidOptions, { plan, evidence }: SaidWhere): RequiredAttestation {
  const all = [
    ...(evidence?.policy.attestations ?? []),
    ...(evidence === undefined ? (plan?.asked ?? []).map(({ asked }) => asked) : []),
  ];
  const asked = all.filter((one) => one.id === id);
  if (asked.length === 0) {
    const known = all.map((one) => `${one.id} (${one.role})`).join(', ');
    const who = evidence === undefined ? 'the plan' : 'the policy of this run';
    throw new GreenlightError('NAME_UNKNOWN', `${who} asks for no statement "${id}"`, {
      hint:
        known === '' ? 'It asks for none at all: see people.sections of the plan.' : `It asks for: ${known}.`,
    });
  }
  const found = asked.find((one) => plain(one.role) === plain(role));
  if (found !== undefined) return found;
  const roles = asked.map((one) => `"${one.role}"`).join(' or ');
  throw new GreenlightError('STATEMENT_REFUSED', `--role: ${id} needs the role ${roles}, not "${role}"`);
}

function seenIn({ seen = [], seenFile = [] }: SaidOptions, cwd: string): Seen[] {
  const blank = seen.some((text) => text.trim() === '');
  if (blank) throw new GreenlightError('OPTION_INVALID', '--seen must say what was looked at');
  return [
    ...seen.map((text) => ({ text })),
    ...seenFile.map((file): Seen => {
      try {
        return { text: path.basename(file), digest: sha256Of(readFileSync(path.resolve(cwd, file))) };
      } catch (cause) {
        throw new GreenlightError('FILE_UNREADABLE', `--seen-file ${file}`, { cause });
      }
    }),
  ];
}

/** What the same person, with the same key, said before on this statement. */
function ownWords(
  standing: readonly Attestation[],
  said: Attestation,
  asked: RequiredAttestation,
  about: StatedAbout,
): readonly Attestation[] {
  return standing
    .filter((one) => answers(one, asked) && plain(one.name) === plain(said.name) && one.key === said.key)
    .filter((one) => problemOf({ ...one, enteredAt: said.at }, asked, about, said.at) === undefined)
    .sort((a, b) => Date.parse(a.at) - Date.parse(b.at));
}

function mustStand(own: readonly Attestation[], said: KeptStatement, key: string | undefined): void {
  const last = own.at(-1);
  if (last !== undefined && last.decision !== 'withdrawn') return;
  const signed = key === undefined ? 'unsigned' : `signed with the key ${key.slice(0, 12)}`;
  throw new GreenlightError(
    'STATEMENT_REFUSED',
    `--withdraw: ${said.name} (${said.role}) has said nothing ${signed} on ${said.id} that stands here; it is withdrawn as it was said`,
  );
}

/** A section is signed last: all that it covers in one of its phases is given. @returns what is signed with it */
function mustBeDone(
  asked: RequiredAttestation,
  standing: readonly Attestation[],
  about: StatedAbout,
  { plan, evidence }: SaidWhere,
  at: string,
): readonly Attestation[] {
  if (asked.covers === undefined) return [];
  const read = standing.map((one) => (one.target === undefined ? one : { ...one, enteredAt: at }));
  const coveredIn = (required: readonly RequiredAttestation[]): readonly AttestationResult[] => {
    const covers = required.find((one) => answers(asked, one))?.covers ?? [];
    return judgeAttestations(required, read, about, at).results.filter(
      (one) => covers.includes(one.id) && !answers(asked, one),
    );
  };
  const phases = plan?.asked.find((one) => answers(asked, one.asked))?.phases ?? [];
  const required =
    evidence === undefined
      ? phases.flatMap((phase) => (plan === undefined ? [] : [policyOf(plan.plan, phase).attestations]))
      : [evidence.policy.attestations];
  const covered = required.map(coveredIn);
  const open = covered.map((results) => results.filter(({ state }) => state !== 'attested'));
  const [first = []] = open;
  if (open.some((one) => one.length === 0)) return covered.flat().flatMap(({ by }) => by ?? []);
  const names = first.map(({ id, role, state }) => `${id} (${role}, ${state})`).join(', ');
  throw new GreenlightError(
    'STATEMENT_REFUSED',
    `${asked.id} is signed once everything in it is given; still open: ${names}`,
  );
}

/** A newer word must be the later one, of a person and over a section, also when the older one was said by a fast clock. */
function after(before: readonly Attestation[], now: Date): string {
  const last = [...before].sort((a, b) => Date.parse(a.at) - Date.parse(b.at)).at(-1);
  if (last === undefined || Date.parse(last.at) < now.getTime()) return now.toISOString();
  const ahead = Date.parse(last.at) - now.getTime();
  if (ahead <= CLOCK_SKEW_MS) return new Date(Date.parse(last.at) + 1).toISOString();
  throw new GreenlightError(
    'STATEMENT_REFUSED',
    `what was said before is of ${last.at}, later than the clock of this machine: put that right`,
  );
}
