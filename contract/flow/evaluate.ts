import type { z } from 'zod';
import { ComparedNothing } from '../evidence/compared-nothing.ts';
import { conceal } from './conceal.ts';
import type { Captured, CreatedRecord, FlowContext, ObserveStep, PageStep, RequestStep } from './flow.ts';
import { writeJson } from './exact-json.ts';
import { shapeExactly } from './exact-shape.ts';
import type { ResponseView } from './http.ts';
import { refusePromise } from '../plan/plan-mistake.ts';
import { shapeOf, shownKey, textOfLength } from './shape-of.ts';
import { shown, type Statement } from './statement.ts';

/** The pure judgement of one answer: what was compared, and what later steps may use. */
export interface StepEvaluation {
  readonly statements: readonly Statement[];
  /** Empty unless every statement before the capture held. */
  readonly captured: Captured;
}

/** How much of a response an engine looks at: load engines apply the schema to a sample only. */
export interface EvaluationDepth {
  readonly schema: boolean;
}

/** Whether every statement holds; no statement at all does not hold. */
export function allHold(statements: readonly Statement[]): boolean {
  return statements.length > 0 && statements.every((statement) => statement.ok);
}

/**
 * Judges a response: status first, then shape, then comparisons, and captures only when all of them hold.
 * @throws ComparedNothing where the step compares and its comparison said nothing
 */
export function evaluateResponse(
  step: RequestStep,
  captured: Captured,
  response: ResponseView,
  depth: EvaluationDepth = { schema: true },
): StepEvaluation {
  const status = statusStatement(step, response);
  if (!status.ok) return { statements: [status], captured: {} };
  const broken = undecodableStatement(response, step.showValues);
  if (broken !== undefined) return { statements: [status, broken], captured: {} };
  if (!looksAtBody(step, depth)) return { statements: [status], captured: {} };
  return evaluateBody(step, captured, response.body, response, [status], depth);
}

/** The statement that a body is not what its headers say; undefined for one that is. */
export function undecodableStatement(
  { undecodable, text = '', headers }: ResponseView,
  showValues = false,
): Statement | undefined {
  if (undecodable === undefined) return undefined;
  return {
    name: 'body',
    ok: false,
    measured: `${undecodable}: ${showValues ? String(shown(text)) : textOfLength(text.length)}`,
    expected: `as its headers say: ${[headers['content-encoding'], headers['content-type']].filter(Boolean).join(', ') || 'nothing'}`,
  };
}

/** Whether a step's judgement needs more of a response than its status. */
export function looksAtBody(step: RequestStep, depth: EvaluationDepth): boolean {
  return (
    step.expect !== undefined || step.capture !== undefined || (depth.schema && step.response !== undefined)
  );
}

/**
 * Judges an observation of a port. `null` means that the port answered and there was nothing.
 * @throws ComparedNothing where the step compares and its comparison said nothing
 */
export function evaluateObservation(
  step: ObserveStep,
  captured: Captured,
  observed: unknown,
): StepEvaluation {
  const present: Statement = {
    name: `${step.port} has it`,
    ok: observed !== null && observed !== undefined,
    measured: observed === null || observed === undefined ? 'nothing' : 'found',
    expected: 'found',
  };
  if (!present.ok) return { statements: [present], captured: {} };
  return evaluateBody(step, captured, observed, { status: 0, headers: {} }, [present], { schema: true });
}

/** What the step is about to create, as a list. */
export function createdBy(step: RequestStep | PageStep, ctx: FlowContext): readonly CreatedRecord[] {
  const created = refusePromise('creates', step.creates?.(ctx) ?? []);
  return Array.isArray(created) ? (created as readonly CreatedRecord[]) : [created as CreatedRecord];
}

function evaluateBody(
  step: RequestStep | ObserveStep,
  captured: Captured,
  raw: unknown,
  envelope: { readonly status: number; readonly headers: Readonly<Record<string, string>> },
  before: readonly Statement[],
  depth: EvaluationDepth,
): StepEvaluation {
  let body = raw;
  const statements = [...before];
  if (step.response && depth.schema) {
    const schema =
      typeof step.response === 'function'
        ? refusePromise('response', step.response(captured))
        : step.response;
    const shaped = shapeExactly(schema, raw);
    if (!shaped.ok) {
      return {
        statements: [
          ...statements,
          ...shaped.issues.map((issue) => issueStatement(issue, raw, step.showValues)),
        ],
        captured: {},
      };
    }
    body = shaped.data;
    statements.push({ name: 'shape', ok: true, measured: 'as described', expected: 'as described' });
  }
  const answer = { body, captured, status: envelope.status, headers: envelope.headers };
  // The observation type depends on the port; the builder checked it, and here only the erased form is left.
  const expect = step.expect as ((given: typeof answer) => readonly Statement[]) | undefined;
  const capture = step.capture as ((given: typeof answer) => Captured) | undefined;
  if (expect) {
    const made = compared(step.id, refusePromise('expect', expect(answer)));
    // Load shows of most answers only what does not hold, and has no time for more.
    const hides = (one: Statement): boolean => step.showValues !== true && (depth.schema || !one.ok);
    statements.push(...made.map((one) => (hides(one) ? conceal(one, { body: raw, captured }) : one)));
  }
  const kept = allHold(statements) ? capture?.(answer) : undefined;
  return { statements, captured: kept === undefined ? {} : refusePromise('capture', kept) };
}

/** What `expect` returned. @throws ComparedNothing where that is no statement at all */
function compared(step: string, returned: unknown): readonly Statement[] {
  if (Array.isArray(returned) && returned.length > 0 && returned.every(isStatement)) return returned;
  throw new ComparedNothing(step, returned);
}

function isStatement(value: unknown): value is Statement {
  return typeof value === 'object' && value !== null && 'ok' in value && typeof value.ok === 'boolean';
}

/** Whether a step takes this status; any 2xx where it names none. */
export function acceptsStatus(accepted: RequestStep['status'], status: number): boolean {
  if (accepted === undefined) return status >= 200 && status <= 299;
  return typeof accepted === 'number' ? accepted === status : accepted.includes(status);
}

function statusStatement({ status: accepted, showValues }: RequestStep, response: ResponseView): Statement {
  const ok = acceptsStatus(accepted, response.status);
  if (accepted === undefined) {
    return {
      name: 'status',
      ok,
      measured: ok ? response.status : describe(response, showValues),
      expected: '2xx',
    };
  }
  const list = typeof accepted === 'number' ? [accepted] : accepted;
  return {
    name: 'status',
    ok,
    measured: ok ? response.status : describe(response, showValues),
    expected: list.join(' or '),
  };
}

function describe(response: ResponseView, showValues = false): string {
  const leads = whereItLeads(response);
  if (leads !== undefined) return `${response.status}, which leads to ${leads}`;
  if (!showValues) return [response.status, said(response.body)].filter((part) => part !== '').join(' ');
  const text = typeof response.body === 'string' ? response.body : writeJson(response.body);
  return text ? `${response.status} ${String(shown(text))}` : String(response.status);
}

/** Of a redirect: most often to a log-in. Without the query, which may hold what belongs to a customer. */
function whereItLeads({ status, headers }: ResponseView): string | undefined {
  const location = status >= 300 && status <= 399 ? headers['location'] : undefined;
  return location?.split(/[?#]/, 1)[0];
}

function said(body: unknown): string {
  return body === undefined || body === '' ? '' : String(shapeOf(body));
}

function issueStatement(issue: z.core.$ZodIssue, body: unknown, showValues = false): Statement {
  const path = issue.path.map(String);
  const value = valueAt(body, path);
  return {
    name: ['body', ...(showValues ? path : path.map(shownKey))].join('.'),
    ok: false,
    measured: showValues ? shown(value) : shapeOf(value),
    expected: issue.message,
  };
}

function valueAt(value: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>(
    (at, key) => (typeof at === 'object' && at !== null ? (at as Record<string, unknown>)[key] : undefined),
    value,
  );
}
