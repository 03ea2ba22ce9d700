import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { SignOffStatement, SUBJECT, type VerdictStatement } from '../contract/verdict/proof.ts';
import { CLOCK_SKEW_MS } from '../contract/verdict/clock-skew.ts';
import { plain } from '../contract/verdict/plain-words.ts';
import { openEnvelope, signersOf } from './envelope.ts';
import type { VerificationKey } from './key-file.ts';
import { type Refusal, refusal } from './refusal.ts';

/** A person whose "go" is needed: by this key, in this role. */
export interface RequiredSignOff {
  readonly role: string;
  readonly key: VerificationKey;
}

/** How the sign-offs stand. */
export interface SignOffs {
  readonly refusals: readonly Refusal[];
  /** What was found and does not count, for people. */
  readonly notices: readonly string[];
}

interface FoundSignOff {
  readonly file: string;
  readonly said: SignOffStatement['predicate'];
  readonly signers: readonly VerificationKey[];
}

/**
 * Reads what people signed about a verdict. Only a key that the caller named counts: anybody can write a file. Of
 * these, one "no-go" refuses, whoever else says "go"; and each required role needs its own "go".
 * @param keys more keys whose "no-go" counts
 * @param now milliseconds since 1970
 */
export function readSignOffs(
  directory: string,
  verdict: VerdictStatement,
  required: readonly RequiredSignOff[],
  keys: readonly VerificationKey[],
  now: number,
): SignOffs {
  const known = [...required.map(({ key }) => key), ...keys];
  const notices: string[] = [];
  const found = filesOf(directory).flatMap((file) => {
    const read = readSignOff(path.join(directory, file), verdict, known, now);
    if (typeof read !== 'string') return [read];
    notices.push(`${file} does not count: ${read}.`);
    return [];
  });
  const refusals = found
    .filter(({ said }) => said.decision === 'no-go')
    .map(({ said }) =>
      refusal(
        'sign-off-says-no',
        `${said.name} (${said.role}) says no-go: ${said.comment || 'without a comment'}`,
      ),
    );
  for (const { role, key } of required) {
    const given = found.some(
      ({ said, signers }) =>
        said.decision === 'go' && plain(said.role) === plain(role) && signers.some(({ id }) => id === key.id),
    );
    if (!given) {
      refusals.push(refusal('sign-off-missing', `The role "${role}" has not signed off with ${key.name}.`));
    }
  }
  return { refusals, notices };
}

/** The sign-off, or why it does not count. */
function readSignOff(
  file: string,
  verdict: VerdictStatement,
  keys: readonly VerificationKey[],
  now: number,
): FoundSignOff | string {
  try {
    const opened = openEnvelope(readFileSync(file, 'utf8'));
    const signers = signersOf(opened, keys);
    if (signers.length === 0) return 'none of the given keys signed it';
    const statement = SignOffStatement.parse(opened.statement);
    const digest = (of: Pick<VerdictStatement, 'subject'>): string | undefined =>
      of.subject.find(({ name }) => name === SUBJECT.verdict)?.digest['sha256'];
    if (digest(statement) === undefined || digest(statement) !== digest(verdict)) {
      return 'it is about another verdict';
    }
    const said = statement.predicate;
    // A "no" is heard whatever its clock says.
    if (said.decision === 'go' && !(Date.parse(said.signedAt) <= now + CLOCK_SKEW_MS)) {
      return `it was signed in the future, at ${said.signedAt}`;
    }
    return { file, said, signers };
  } catch (error) {
    return `it cannot be read (${error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error)})`;
  }
}

function filesOf(directory: string): readonly string[] {
  if (!existsSync(directory)) return [];
  return readdirSync(directory)
    .filter((name) => name.endsWith('.dsse.json'))
    .sort();
}
