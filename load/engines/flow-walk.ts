import {
  evaluateResponse,
  acceptsStatus,
  looksAtBody,
  type EvaluationDepth,
  type StepEvaluation,
} from '../../contract/flow/evaluate.ts';
import type { Captured, DataRow, Flow, FlowContext, RequestStep } from '../../contract/flow/flow.ts';
import type { Headers } from '../../contract/plan/headers.ts';
import { encodeAgain, encodeRequest, type ResponseView, type WireRequest } from '../../contract/flow/http.ts';
import type { RequestSpec } from '../../contract/flow/request.ts';
import { refusePromise } from '../../contract/plan/plan-mistake.ts';
import type { Statement } from '../../contract/flow/statement.ts';
import { identities } from '../../contract/plan/unique.ts';
import type { LookedAt } from './looked-shapes.ts';

/** How one answer under load counts. */
export type AnswerKind = 'ok' | 'status' | 'assertion';

export interface Judged {
  readonly kind: AnswerKind;
  /** Of an answer in the sample whose shape was looked at. */
  readonly shape?: LookedAt;
  readonly statements: readonly Statement[];
}

export interface FlowWalkOptions {
  readonly flow: Flow;
  readonly urls: Readonly<Record<string, string>>;
  /** Sent with every request, besides its own. */
  readonly headers?: Headers | undefined;
  readonly run: string;
  /** Anything unique within the run, such as `vu3-i17`; asked by the first identity that an iteration makes. */
  readonly scope: () => string;
  readonly data: DataRow;
  readonly secret: (name: string) => string;
}

/** Iterations of a flow, one after the other, request by request. The same walk runs in every engine. */
export interface FlowWalk {
  /** Begins the next iteration, which knows nothing of the last one. */
  again(data: DataRow): void;
  /** The next request; undefined when the flow is through or was given up. @throws whatever the plan's functions throw */
  next(): WireRequest | undefined;
  /** Judges the answer to the last request; an answer that does not hold ends the walk. */
  answered(response: ResponseView, depth: EvaluationDepth): Judged;
  /** Whether the answer to the last request has a status that its step accepts. */
  acceptsStatus(status: number): boolean;
  /** Whether more than the status of the answer to the last request will be looked at. */
  looksAtBody(depth: EvaluationDepth): boolean;
  /**
   * What is told of the last answer where its body is not what its headers say, and the engine threw it away: the shape
   * that was asked for was not there. Undefined where none was looked for.
   */
  undecodable(depth: EvaluationDepth): LookedAt | undefined;
  /** No answer came: the walk is over. */
  giveUp(): void;
}

/**
 * Starts the first iteration. Portable: no Node API, because this very file is bundled into k6 scripts.
 * Steps that no load engine can run are refused by the caller, with their names, before any load is made.
 */
export function walkFlow(options: FlowWalkOptions): FlowWalk {
  return new Walk(options);
}

/**
 * A class, begun again instead of made anew, and nothing made before it is needed: k6 starts an iteration for every
 * request, and has no compiler. Its members are private by TypeScript alone, because those with a # cost k6 several
 * microseconds per object.
 */
class Walk implements FlowWalk {
  private readonly steps: Flow['steps'];
  private readonly urls: Readonly<Record<string, string>>;
  private readonly secret: (name: string) => string;
  private readonly always: Readonly<Record<string, string>> | undefined;
  private readonly unique: () => string;
  private data: DataRow;
  private captured: Captured = NOTHING;
  private position = 0;
  /** Steps before this one have been seen to describe what can be sent. */
  private seen = 0;
  private asked: RequestStep | undefined;
  private identity: (() => string) | undefined;
  /** A request that cannot change, and what it is on the wire. */
  private lastSpec: RequestSpec | undefined;
  private lastWire: WireRequest | undefined;

  constructor({ flow, urls, headers, run, scope, data, secret }: FlowWalkOptions) {
    this.always =
      headers === undefined || Object.keys(headers).length === 0 ? undefined : plainHeaders(headers, secret);
    this.steps = flow.steps;
    this.urls = urls;
    this.secret = secret;
    this.data = data;
    this.unique = () => (this.identity ??= identities({ run, scope: scope() }))();
  }

  again(data: DataRow): void {
    this.data = data;
    this.captured = NOTHING;
    this.position = 0;
    this.asked = undefined;
    this.identity = undefined;
  }

  next(): WireRequest | undefined {
    const { steps } = this;
    while (this.position < steps.length) {
      const step = steps[this.position];
      this.position += 1;
      if (step?.kind === 'given')
        this.captured = { ...this.captured, ...refusePromise('given', step.give(this.context())) };
      if (step?.kind === 'request') {
        this.asked = step;
        const spec = step.request(this.context());
        if (spec === this.lastSpec && this.lastWire !== undefined) return this.lastWire;
        const wire = this.encode(spec);
        this.lastSpec = isConstant(spec) ? spec : undefined;
        this.lastWire = wire;
        return wire;
      }
    }
    return undefined;
  }

  private encode(spec: RequestSpec): WireRequest {
    // Each step is looked at once: what its function gives later has the same keys.
    const wire = this.position <= this.seen ? encodeAgain(spec, this.urls) : encodeRequest(spec, this.urls);
    if (this.position > this.seen) this.seen = this.position;
    return this.always === undefined ? wire : { ...wire, headers: { ...this.always, ...wire.headers } };
  }

  answered(response: ResponseView, depth: EvaluationDepth): Judged {
    if (this.asked === undefined) throw new Error('an answer came before any request was made');
    const { statements, captured } = evaluate(this.asked, this.captured, response, depth);
    if (this.asked.capture !== undefined) this.captured = { ...this.captured, ...captured };
    const kind = kindOf(statements);
    if (kind !== 'ok') this.giveUp();
    // One that was only looked at because its comparisons threw is in no fair sample.
    if (!depth.schema || this.asked.response === undefined || kind === 'status') return { kind, statements };
    const held = statements.some(({ name, ok }) => name === 'shape' && ok);
    return { kind, statements, shape: { step: this.asked.id, held } };
  }

  acceptsStatus(status: number): boolean {
    return this.asked !== undefined && acceptsStatus(this.asked.status, status);
  }

  looksAtBody(depth: EvaluationDepth): boolean {
    return this.asked !== undefined && looksAtBody(this.asked, depth);
  }

  undecodable(depth: EvaluationDepth): LookedAt | undefined {
    if (!depth.schema || this.asked?.response === undefined) return undefined;
    return { step: this.asked.id, held: false };
  }

  giveUp(): void {
    this.position = this.steps.length;
  }

  private context(): FlowContext {
    return { captured: this.captured, unique: this.unique, data: this.data, secret: this.secret };
  }
}

/** Whether a request can never be another one: frozen, and so are its headers; what it sends as JSON may hold more. */
function isConstant(spec: RequestSpec): boolean {
  return (
    Object.isFrozen(spec) &&
    (spec.headers === undefined || Object.isFrozen(spec.headers)) &&
    spec.query === undefined &&
    spec.json === undefined &&
    spec.form === undefined
  );
}

/** Headers of the plan as text. Portable. */
export function plainHeaders(
  headers: Headers,
  secret: (name: string) => string,
): Readonly<Record<string, string>> {
  const plain: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers))
    plain[name.toLowerCase()] = typeof value === 'string' ? value : secret(value.secret);
  return plain;
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
