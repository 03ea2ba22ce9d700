import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { canonicalJson } from '../../contract/canonical.ts';
import { Baseline } from '../../contract/baseline.ts';
import { GreenlightError } from '../../contract/errors.ts';
import { pathText } from '../../contract/plan.ts';

/** A baseline with its digest. */
export function sealBaseline(content: Omit<Baseline, 'digest'>): Baseline {
  return { ...content, digest: digestOfBaseline(content) };
}

/**
 * Reads a baseline. A baseline that is not there is no reason to go on without one.
 * @throws GreenlightError EVIDENCE_INVALID when it is missing, cut short, edited or of another version
 */
export function readBaseline(file: string): Baseline {
  const invalid = (problem: string, hint: string, cause?: unknown): GreenlightError =>
    new GreenlightError('EVIDENCE_INVALID', `the baseline ${file} ${problem}`, {
      hint,
      ...(cause === undefined ? {} : { cause }),
    });
  const AGAIN = 'Save it again from a passing run: `greenlight baseline save --from <report> --replace`.';
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    throw invalid('cannot be read', 'Save one from a passing run: `greenlight baseline save`.', error);
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw invalid('is not whole JSON', AGAIN, error);
  }
  const parsed = Baseline.safeParse(value);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw invalid(`is none of this version: ${pathText(issue?.path ?? [])}: ${issue?.message ?? ''}`, AGAIN);
  }
  if (digestOfBaseline(parsed.data) !== parsed.data.digest) {
    throw invalid('was edited: what it holds is not what its digest stands for', AGAIN);
  }
  return parsed.data;
}

function digestOfBaseline(content: Omit<Baseline, 'digest'>): string {
  return `sha256:${createHash('sha256')
    .update(canonicalJson({ ...content, digest: undefined }))
    .digest('hex')}`;
}
