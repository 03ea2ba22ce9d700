import type { z } from 'zod';
import { ComparedNothing } from '../../contract/evidence/compared-nothing.ts';
import { evaluateResponse } from '../../contract/flow/evaluate.ts';
import type { RequestStep } from '../../contract/flow/flow.ts';
import type { Statement } from '../../contract/flow/statement.ts';
import { PlanMistake } from '../../contract/plan/plan-mistake.ts';
import type { Expectation } from '../../contract/plan/probes/expectation.ts';
import { CannotTell, firstLine } from '../cannot-tell.ts';
import { firstWrong } from '../words.ts';

/** What a plan says about a document of JSON. */
export interface DocumentJudgement {
  readonly schema?: z.ZodType | undefined;
  readonly expect?: Expectation | undefined;
  readonly showValues: boolean;
}

/**
 * Judges a document as the response of a step is judged, so that `schema` and `expect` mean the same everywhere.
 * @returns nothing where the plan says nothing about it; `wrong` tells whether its shape or a comparison does not hold
 * @throws CannotTell where the plan's own function broke, or compared nothing
 */
export function evaluateDocument(
  { schema, expect, showValues }: DocumentJudgement,
  body: unknown,
): { readonly statements: readonly Statement[]; readonly wrong: 'shape' | 'comparison' | undefined } {
  if (schema === undefined && expect === undefined) return { statements: [], wrong: undefined };
  const step: RequestStep = {
    kind: 'request',
    id: 'document',
    request: () => ({ method: 'GET', path: '/' }),
    ...(schema !== undefined && { response: schema }),
    ...(expect !== undefined && { expect }),
    showValues,
  };
  try {
    const evaluated = evaluateResponse(step, {}, { status: 200, headers: {}, body, durationMs: 0 });
    // The first is about the status of a request, and there was none.
    const statements = evaluated.statements.slice(1);
    const wrong = firstWrong(statements);
    if (wrong === undefined) return { statements, wrong: undefined };
    const shaped = schema === undefined || statements.some(({ name, ok }) => name === 'shape' && ok);
    return { statements, wrong: shaped ? 'comparison' : 'shape' };
  } catch (error) {
    if (error instanceof CannotTell) throw error;
    const hint = error instanceof ComparedNothing || error instanceof PlanMistake ? error.hint : undefined;
    throw new CannotTell('expect-threw', `\`expect\` of the plan could not be asked: ${firstLine(error)}`, {
      cause: error,
      remedy: hint ?? 'correct it: it must take every document that has the shape of `schema`',
    });
  }
}
