import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { z } from 'zod';
import { canonicalJson } from '../../contract/evidence/canonical.ts';
import { Baseline } from '../../contract/load/baseline.ts';
import { GreenlightError } from '../../contract/errors.ts';
import { LevelBaseline } from '../../contract/slo/level-baseline.ts';
import { pathText } from '../../contract/plan/plan.ts';

/** A baseline with its digest. */
export function sealBaseline<T extends object>(content: T): T & { readonly digest: string } {
  return { ...content, digest: digestOf(content) };
}

/**
 * Reads a baseline. A baseline that is not there is no reason to go on without one.
 * @throws GreenlightError BASELINE_INVALID when it is missing, cut short, edited or of another version
 */
export function readBaseline(file: string): Baseline {
  return readSealed(file, Baseline, 'from a passing run: `greenlight baseline save');
}

/** The same for the service levels of the first minutes after a cut-over. @throws GreenlightError BASELINE_INVALID */
export function readLevelBaseline(file: string): LevelBaseline {
  return readSealed(file, LevelBaseline, 'after a cut-over: `greenlight baseline levels save');
}

function readSealed<T extends { readonly digest: string }>(
  file: string,
  shape: z.ZodType<T>,
  how: string,
): T {
  const invalid = (problem: string, hint: string, cause?: unknown): GreenlightError =>
    new GreenlightError('BASELINE_INVALID', `the baseline ${file} ${problem}`, {
      hint,
      ...(cause === undefined ? {} : { cause }),
    });
  const again = `Save it again ${how} --replace\`.`;
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    throw invalid('cannot be read', `Save one ${how}\`.`, error);
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw invalid('is not whole JSON', again, error);
  }
  const parsed = shape.safeParse(value);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw invalid(`is none of this version: ${pathText(issue?.path ?? [])}: ${issue?.message ?? ''}`, again);
  }
  if (digestOf(parsed.data) !== parsed.data.digest) {
    throw invalid('was edited: what it holds is not what its digest stands for', again);
  }
  return parsed.data;
}

function digestOf(content: object): string {
  const text = canonicalJson({ ...content, digest: undefined });
  return `sha256:${createHash('sha256').update(text).digest('hex')}`;
}
