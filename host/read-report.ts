import { readFileSync } from 'node:fs';
import { GreenlightError } from '../contract/errors.ts';
import { Verdict } from '../contract/verdict/verdict.ts';

/** The text of a file that an earlier run wrote. @throws GreenlightError REPORT_NOT_FOUND when it cannot be read */
export function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new GreenlightError('REPORT_NOT_FOUND', `${file} cannot be read`, { cause: error });
  }
}

/** A verdict.json. @throws GreenlightError REPORT_NOT_FOUND, or EVIDENCE_INVALID when it is not a verdict of this version */
export function readVerdict(file: string): Verdict {
  return parseVerdict(readText(file), file);
}

/** The text of a verdict.json, for whoever needs its bytes too. @throws GreenlightError EVIDENCE_INVALID */
export function parseVerdict(text: string, file: string): Verdict {
  try {
    return Verdict.parse(JSON.parse(text));
  } catch (error) {
    throw new GreenlightError('EVIDENCE_INVALID', file, { cause: error });
  }
}
