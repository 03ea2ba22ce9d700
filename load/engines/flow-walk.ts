import { evaluateResponse, type EvaluationDepth, type StepEvaluation } from '../../contract/evaluate.ts';
import type { Captured, DataRow, Flow, FlowContext, RequestStep } from '../../contract/flow.ts';
import { encodeRequest, type ResponseView, type WireRequest } from '../../contract/http.ts';
import type { Statement } from '../../contract/statement.ts';
import { identities } from '../../contract/unique.ts';

/** How one answer under load counts. */
export type AnswerKind = 'ok' | 'status' | 'assertion';

export interface Judged {
  readonly kind: AnswerKind;
  readonly statements: readonly Statement[];
}

export interface FlowWalkOptions {
  readonly flow: Flow;
  readonly urls: Readonly<Record<string, string>>;
  /** Run id, and anything unique within the run, such as `vu3-i17`. */
  readonly run: string;
  readonly scope: string;
  readonly data: DataRow;
  readonly secret: (name: string) => string;
}

/** One iteration of a flow, request by request. The same walk runs in every engine. */
export interface FlowWalk {
  /** The next request; undefined when the flow is through or was given up. @throws whatever the plan's functions throw */
  next(): WireRequest | undefined;
  /** Judges the answer to the last request; an answer that does not hold ends the walk. */
  answered(response: ResponseView, depth: EvaluationDepth): Judged;
  /** No answer came: the walk is over. */
  giveUp(): void;
}

/**
 * Starts one iteration. Portable: no Node API, because this very file is bundled into k6 scripts.
 * Steps that no load engine can run are refused by the caller, with their names, before any load is made.
 */
export function walkFlow(options: FlowWalkOptions): FlowWalk {
  const unique = identities({ run: options.run, scope: options.scope });
  let captured: Captured = {};
  let position = 0;
  let over = false;
  let asked: RequestStep | undefined;
  const context = (): FlowContext => ({
    captured,
    unique,
    data: options.data,
    secret: options.secret,
  });

  return {
    next() {
      while (!over && position < options.flow.steps.length) {
        const step = options.flow.steps[position];
        position += 1;
        if (step?.kind === 'given') captured = { ...captured, ...step.give(context()) };
        if (step?.kind === 'request') {
          asked = step;
          return encodeRequest(step.request(context()), options.urls);
        }
      }
      over = true;
      return undefined;
    },
    answered(response, depth) {
      if (asked === undefined) throw new Error('an answer came before any request was made');
      const evaluation = evaluate(asked, captured, response, depth);
      captured = { ...captured, ...evaluation.captured };
      const kind = kindOf(evaluation.statements);
      if (kind !== 'ok') over = true;
      return { kind, statements: evaluation.statements };
    },
    giveUp() {
      over = true;
    },
  };
}

/** Every n-th row for the n-th iteration; an empty row without a pool. */
export function dataRow(flow: Flow, iteration: number): DataRow {
  const rows = flow.options.data ?? [];
  return rows.length === 0 ? {} : (rows[iteration % rows.length] ?? {});
}

function evaluate(
  step: RequestStep,
  captured: Captured,
  response: ResponseView,
  depth: EvaluationDepth,
): StepEvaluation {
  try {
    return evaluateResponse(step, captured, response, depth);
  } catch (error) {
    if (depth.schema || step.response === undefined) throw error;
    // Comparisons may rely on the shape that the schema promises. Only when the shape is right is the throw our own.
    const withShape = evaluateResponse(step, captured, response, { schema: true });
    if (withShape.statements.some((statement) => !statement.ok)) return withShape;
    throw error;
  }
}

function kindOf(statements: readonly Statement[]): AnswerKind {
  const broken = statements.find((statement) => !statement.ok);
  if (broken === undefined) return statements.length > 0 ? 'ok' : 'assertion';
  return broken.name === 'status' && broken === statements[0] ? 'status' : 'assertion';
}
