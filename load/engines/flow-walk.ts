import {
  evaluateResponse,
  acceptsStatus,
  looksAtBody,
  type EvaluationDepth,
  type StepEvaluation,
} from '../../contract/evaluate.ts';
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
  /** Whether the answer to the last request holds by its status, and nothing else of it is to be looked at. */
  holdsByStatus(status: number, depth: EvaluationDepth): boolean;
  /** Whether more than the status of the answer to the last request will be looked at. */
  looksAtBody(depth: EvaluationDepth): boolean;
  /** No answer came: the walk is over. */
  giveUp(): void;
}

/**
 * Starts one iteration. Portable: no Node API, because this very file is bundled into k6 scripts.
 * Steps that no load engine can run are refused by the caller, with their names, before any load is made.
 */
export function walkFlow(options: FlowWalkOptions): FlowWalk {
  return new Walk(options);
}

/**
 * A class, and nothing made before it is needed: k6 starts an iteration for every request, and has no compiler. Its
 * members are private by TypeScript alone, because those with a # cost k6 several microseconds per object.
 */
class Walk implements FlowWalk {
  private readonly options: FlowWalkOptions;
  private captured: Captured = NOTHING;
  private position = 0;
  private asked: RequestStep | undefined;
  private unique: (() => string) | undefined;

  constructor(options: FlowWalkOptions) {
    this.options = options;
  }

  next(): WireRequest | undefined {
    const { flow, urls } = this.options;
    while (this.position < flow.steps.length) {
      const step = flow.steps[this.position];
      this.position += 1;
      if (step?.kind === 'given') this.captured = { ...this.captured, ...step.give(this.context()) };
      if (step?.kind === 'request') {
        this.asked = step;
        return encodeRequest(step.request(this.context()), urls);
      }
    }
    return undefined;
  }

  answered(response: ResponseView, depth: EvaluationDepth): Judged {
    if (this.asked === undefined) throw new Error('an answer came before any request was made');
    const { statements, captured } = evaluate(this.asked, this.captured, response, depth);
    if (this.asked.capture !== undefined) this.captured = { ...this.captured, ...captured };
    const kind = kindOf(statements);
    if (kind !== 'ok') this.giveUp();
    return { kind, statements };
  }

  holdsByStatus(status: number, depth: EvaluationDepth): boolean {
    return (
      this.asked !== undefined && !looksAtBody(this.asked, depth) && acceptsStatus(this.asked.status, status)
    );
  }

  looksAtBody(depth: EvaluationDepth): boolean {
    return this.asked !== undefined && looksAtBody(this.asked, depth);
  }

  giveUp(): void {
    this.position = this.options.flow.steps.length;
  }

  private context(): FlowContext {
    const { run, scope, data, secret } = this.options;
    const unique = (): string => (this.unique ??= identities({ run, scope }))();
    return { captured: this.captured, unique, data, secret };
  }
}

const NOTHING: Captured = {};

const NO_ROW: DataRow = {};

/** Every n-th row for the n-th iteration; an empty row without a pool. */
export function dataRow(flow: Flow, iteration: number): DataRow {
  const rows = flow.options.data;
  return rows === undefined ? NO_ROW : (rows[iteration % rows.length] ?? NO_ROW);
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
  const [first] = statements;
  if (first === undefined) return 'assertion';
  if (!first.ok) return first.name === 'status' ? 'status' : 'assertion';
  for (let at = 1; at < statements.length; at += 1) if (statements[at]?.ok !== true) return 'assertion';
  return 'ok';
}
