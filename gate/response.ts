import type { GateAnswer, GateState } from './answer.ts';

/** An HTTP answer as a value. */
export interface GateResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** How one consumer hears an answer. Pure. */
export type Dialect = (answer: GateAnswer) => GateResponse;

/** What a status means differs between consumers, so every dialect states all of them. */
export type Statuses = Readonly<Record<GateState, number>>;

/** Nobody may keep an answer and give it again. */
const NEVER_KEPT = { 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' } as const;

/** One JSON object. */
export function json(status: number, value: Readonly<Record<string, unknown>>): GateResponse {
  return {
    status,
    headers: { 'content-type': 'application/json; charset=utf-8', ...NEVER_KEPT },
    body: `${JSON.stringify(value)}\n`,
  };
}

/** An answer that carries no verdict: every consumer counts it as an error or a refusal. */
export function refusal(
  status: number,
  error: string,
  headers: Readonly<Record<string, string>> = {},
): GateResponse {
  const response = json(status, { error });
  return { ...response, headers: { ...response.headers, ...headers } };
}

/** One line of text: what consumers show that copy the body into an event. */
export function text(status: number, line: string): GateResponse {
  return {
    status,
    headers: { 'content-type': 'text/plain; charset=utf-8', ...NEVER_KEPT },
    body: `${line}\n`,
  };
}

/** State, reason and report on one line. */
export function sentence({ state, reason, report }: GateAnswer): string {
  return `${state}: ${reason}${report === null ? '' : ` ${report}`}`;
}
