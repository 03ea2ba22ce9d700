import type { Options } from 'k6/options';
import type { Flow } from '../../../contract/flow/flow.ts';
import { orderFlows } from '../order-flows.ts';
import { flowIterations } from './flow-iterations.ts';
import type { K6Modules, K6Order } from './modules.ts';
import { plainIterations } from './plain-iterations.ts';
import { optionsOf } from './script-options.ts';
import type { TellWrong } from '../wrong-answers.ts';

/** The exports of the generated script. */
export interface K6Script {
  readonly options: Options;
  readonly iteration: () => void;
  readonly handleSummary: (data: K6SummaryData) => Record<string, string>;
}

interface K6SummaryData {
  readonly metrics: Readonly<
    Record<string, { readonly values: Readonly<Record<string, number>> } | undefined>
  >;
  readonly state: { readonly testRunDurationMs: number };
}

export const ORDER_ENV = 'GREENLIGHT_K6_ORDER';
/**
 * Answers that came but do not hold, by kind; the value is how many milliseconds they took, because an error belongs to
 * the moment in which its request left. Answers that hold cost the script no sample of its own.
 */
export const ERROR_METRIC = 'greenlight_error';
/** The kind of plain requests whose answers limit our rate: that they do not hold, k6 counts itself. */
export const LIMITED_KIND = 'limits-only';
/**
 * Each answer that does not hold, for people: its status as tag, and with the first of each status and virtual user what
 * was asked and what came. Only few different tags: every new one is a time series that k6 never forgets.
 */
export const WRONG_METRIC = 'greenlight_wrong';
/** Each answer whose shape was looked at: its step and whether it held as tags. */
export const SHAPE_METRIC = 'greenlight_shape';
/** A message of ours as its tag: faults must not be lost among the target's errors. */
export const FAULT_METRIC = 'greenlight_fault';
/** k6's own judgement of a plain request: 1 when it was not answered, or with a status that does not hold. */
export const FAILED_METRIC = 'http_req_failed';
/** What the line of a summary on standard output begins with. */
export const SUMMARY_MARK = 'greenlight-summary ';

/** Makes the script of one order. Portable: no Node API. */
export function k6Script(k6: K6Modules, planFlows: readonly Flow[]): K6Script {
  const text = k6.env[ORDER_ENV];
  if (text === undefined) throw new Error(`${ORDER_ENV} is not set`);
  const order = JSON.parse(text) as K6Order;
  const { profile } = order;
  const named = profile.flow === undefined ? undefined : planFlows.find((flow) => flow.id === profile.flow);
  if (profile.flow !== undefined && named === undefined) {
    throw new Error(
      `the plan has no flow "${profile.flow}"; it has: ${planFlows.map((flow) => flow.id).join(', ')}`,
    );
  }
  const errors = new k6.Trend(ERROR_METRIC);
  const faults = new k6.Counter(FAULT_METRIC);
  const shapes = new k6.Counter(SHAPE_METRIC);
  const wrong = wrongTeller(new k6.Counter(WRONG_METRIC));
  const fault = (error: unknown): void => faults.add(1, { kind: String(error).slice(0, 300) });
  const iteration =
    named === undefined
      ? plainIterations(k6, order, orderFlows(profile, undefined), {
          limited: (tookMs) => errors.add(tookMs, { kind: LIMITED_KIND }),
          wrong,
          fault,
        })
      : flowIterations(k6, order, named, {
          error: (kind, tookMs) => errors.add(tookMs, { kind }),
          wrong,
          shape: ({ step, held }) => shapes.add(1, { step, held: held ? 'yes' : 'no' }),
          fault,
        });

  return {
    options: optionsOf(order),
    iteration,
    handleSummary: (data) => {
      const count = (metric: string): number => data.metrics[metric]?.values['count'] ?? 0;
      const failed = data.metrics[FAILED_METRIC]?.values ?? {};
      const text = JSON.stringify({
        nonce: order.nonce,
        durationMs: data.state.testRunDurationMs,
        httpRequests: count('http_reqs'),
        iterations: count('iterations'),
        dropped: count('dropped_iterations'),
        errors: count(ERROR_METRIC),
        refused: failed['passes'] ?? 0,
        judged: (failed['passes'] ?? 0) + (failed['fails'] ?? 0),
        faults: count(FAULT_METRIC),
        shapes: count(SHAPE_METRIC),
        ...(order.control === undefined ? {} : { control: askControl(k6, order.control) }),
      } satisfies K6Summary);
      return { [order.summaryFile]: order.summaryFile === 'stdout' ? `\n${SUMMARY_MARK}${text}\n` : text };
    },
  };
}

function wrongTeller(counter: InstanceType<K6Modules['Counter']>): TellWrong {
  // One for each virtual user, as all that a script makes.
  const known: Record<number, true> = {};
  return (status, example) => {
    const tags: Record<string, string> = { status: String(status) };
    if (known[status] === undefined) {
      // k6 writes tags as a query string and escapes nothing in them.
      for (const [name, text] of Object.entries(example())) tags[name] = encodeURIComponent(text);
    }
    known[status] = true;
    counter.add(1, tags);
  };
}

/** What `handleSummary` leaves behind. Without it, or with another nonce, nothing was measured. */
export interface K6Summary {
  readonly nonce: string;
  readonly durationMs: number;
  readonly httpRequests: number;
  readonly iterations: number;
  readonly dropped: number;
  readonly errors: number;
  /** Requests that k6 judged by itself, which are all plain ones and none of a flow; and those of them that do not hold. */
  readonly judged: number;
  readonly refused: number;
  readonly faults: number;
  /** Answers whose shape was looked at. */
  readonly shapes: number;
  readonly control?: 'answers' | 'silent';
}

/** Requests made here come after all samples: k6 counts them nowhere. */
function askControl({ http }: K6Modules, url: string): 'answers' | 'silent' {
  const { status } = http.request('GET', url, null, { redirects: 0, timeout: 5000, responseType: 'none' });
  return status === 0 ? 'silent' : 'answers';
}
