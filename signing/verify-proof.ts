import { existsSync, readFileSync } from 'node:fs';
import { VerdictStatement } from '../contract/verdict/proof.ts';
import { reportFiles, type ReportFiles } from '../host/report-files.ts';
import { compareFiles } from './compare-files.ts';
import { compareStatement, type Expected } from './compare-statement.ts';
import { openEnvelope, type OpenedEnvelope, signersOf } from './envelope.ts';
import type { VerificationKey } from './key-file.ts';
import { readSignOffs, type RequiredSignOff } from './read-sign-offs.ts';
import { type Refusal, refusal } from './refusal.ts';
import { readVerdict } from '../host/read-report.ts';
import path from 'node:path';

/** What a proof must show, and to whom. */
export interface ProofQuestion {
  /** Absolute path of the envelope; the files of its report lie beside it. */
  readonly envelope: string;
  readonly keys: readonly VerificationKey[];
  /** How many of the keys must have signed. */
  readonly signatures: number;
  readonly expected: Expected;
  readonly signOffs: readonly RequiredSignOff[];
  /** The envelope may have travelled without the files that it names. */
  readonly envelopeOnly: boolean;
  /** Milliseconds since 1970. */
  readonly now: number;
}

/** Accepted when, and only when, there is no refusal. */
export interface ProofAnswer {
  readonly refusals: readonly Refusal[];
  readonly notices: readonly string[];
  /** What the proof says; not to be believed while there is a refusal. */
  readonly statement: VerdictStatement | undefined;
}

/** Holds a proof against what is about to be done. Names everything that is wrong with it, not only the first. */
export function verifyProof(question: ProofQuestion): ProofAnswer {
  const files = reportFiles(path.dirname(question.envelope));
  const refused = (refusals: readonly Refusal[]): ProofAnswer => ({
    refusals,
    notices: [],
    statement: undefined,
  });
  if (!existsSync(question.envelope)) return refused(missing(question.envelope, files));
  let opened: OpenedEnvelope;
  try {
    opened = openEnvelope(readFileSync(question.envelope, 'utf8'));
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return refused([refusal('malformed', `It is no proof: ${why}.`)]);
  }
  const signatures = signatureRefusals(opened, question);
  const parsed = VerdictStatement.safeParse(opened.statement);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    const where = issue?.path.join('.') ?? '';
    const why = `It is signed about something else than a verdict: ${where}: ${issue?.message ?? ''}.`;
    return refused([...signatures, refusal('malformed', why)]);
  }
  const { expected, now, keys } = question;
  const signOffs = readSignOffs(files.signOffs, parsed.data, question.signOffs, keys, now);
  return {
    refusals: [
      ...signatures,
      ...compareStatement(parsed.data, expected, now),
      ...compareFiles(parsed.data, files, question.envelopeOnly),
      ...signOffs.refusals,
    ],
    notices: signOffs.notices,
    statement: parsed.data,
  };
}

function signatureRefusals(
  opened: OpenedEnvelope,
  { keys, signatures }: Pick<ProofQuestion, 'keys' | 'signatures'>,
): readonly Refusal[] {
  const given = opened.envelope.signatures.length;
  if (given === 0) return [refusal('unsigned', 'It has no signature at all.')];
  const signers = signersOf(opened, keys).length;
  if (signers === 0) {
    const what = given === 1 ? 'Its signature is' : `None of its ${given} signatures is`;
    const not = given === 1 ? ' not' : '';
    return [
      refusal(
        'wrong-key',
        `${what}${not} by ${keys.map(({ name }) => name).join(' or ')} over this content.`,
      ),
    ];
  }
  if (signers >= signatures) return [];
  return [refusal('unsigned', `It has ${signers} of ${signatures} signatures by the given keys.`)];
}

/** Only a GO is signed, so the verdict beside it often says why there is nothing. */
function missing(envelope: string, files: ReportFiles): readonly Refusal[] {
  const refusals = [
    refusal('missing', `There is no proof at ${envelope}; only a GO of a run with a key has one.`),
  ];
  try {
    const { decision, reason } = readVerdict(files.verdict);
    if (decision !== 'GO')
      refusals.push(refusal('not-go', `The verdict beside it is ${decision}: ${reason}`));
  } catch {
    return refusals; // No verdict to explain it with: that the proof is missing is enough.
  }
  return refusals;
}
