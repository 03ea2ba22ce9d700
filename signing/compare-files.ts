import { existsSync, readFileSync } from 'node:fs';
import { SUBJECT, type VerdictStatement } from '../contract/verdict/proof.ts';
import { sha256Of } from '../host/file-digest.ts';
import type { ReportFiles } from '../host/report-files.ts';
import { type Refusal, refusal } from './refusal.ts';

/**
 * Whether the files that people read are those that were signed.
 * @param alone the envelope may have travelled alone; files that are there must be right all the same
 */
export function compareFiles(
  statement: VerdictStatement,
  files: Pick<ReportFiles, 'verdict' | 'evidence'>,
  alone: boolean,
): readonly Refusal[] {
  const signed = statement.subject.find(({ name }) => name === SUBJECT.verdict)?.digest['sha256'];
  const evidence = statement.predicate.greenlight.evidenceDigest;
  return [
    ...compareFile(files.verdict, 'verdict-edited', `sha256:${signed ?? 'none'}`, alone),
    ...compareFile(files.evidence, 'evidence-edited', evidence, alone),
  ];
}

function compareFile(
  file: string,
  code: 'verdict-edited' | 'evidence-edited',
  signed: string,
  alone: boolean,
): readonly Refusal[] {
  if (!existsSync(file)) {
    if (alone) return [];
    const message = `${file} is not there to be compared; --envelope-only accepts an envelope by itself.`;
    return [refusal('files-missing', message)];
  }
  const found = digestOfFile(file);
  if (found === signed) return [];
  return [refusal(code, `${file} is not what was signed: it has ${found}, and the proof names ${signed}.`)];
}

function digestOfFile(file: string): string {
  try {
    return sha256Of(readFileSync(file));
  } catch (error) {
    return `no readable content (${error instanceof Error ? error.message : String(error)})`;
  }
}
