import type { Options } from 'k6/options';
import type { RefinedResponse, RequestBody } from 'k6/http';
import { acceptsStatus } from '../../../contract/evaluate.ts';
import { decodeBody } from '../../../contract/http.ts';
import type { Flow } from '../../../contract/flow.ts';
import type { LoadProfile } from '../../../contract/load-profile.ts';
import { dataRow, walkFlow } from '../flow-walk.ts';
import { orderFlows } from '../order-flows.ts';
import { schemaSample } from '../schema-sample.ts';

/** What the engine tells the script, through the environment: never through the bundle, which lies on disk. */
export interface K6Order {
  readonly profile: LoadProfile;
  readonly urls: Readonly<Record<string, string>>;
  readonly run: string;
  readonly nonce: string;
  /** Or `stdout`, where nobody can read files: then it is one line behind the mark. */
  readonly summaryFile: string;
  /** Seconds. k6 refuses scenarios of less than one, so these may be longer than the profile says. */
  readonly warmupS: number;
  readonly durationS: number;
  readonly preAllocatedVUs: number;
  readonly maxVUs: number;
  /** Seconds that a started iteration may take to end after the window. */
  readonly drainS: number;
}

/** The modules of k6 that the script hands in, because this file must also be readable by Node and its tests. */
export interface K6Modules {
  readonly http: {
    request(method: string, url: string, body: RequestBody | null, params: object): K6Response;
  };
  readonly exec: {
    readonly vu: { readonly idInTest: number };
    readonly scenario: { readonly name: string };
    readonly test: { abort(message: string): void };
  };
  readonly Counter: new (name: string) => { add(value: number, tags: Record<string, string>): void };
  readonly env: Readonly<Record<string, string | undefined>>;
}
type K6Response = Pick<
  RefinedResponse<'text'>,
  'status' | 'body' | 'headers' | 'timings' | 'error' | 'error_code'
>;

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
/** Answers that came but do not hold, by kind. Answers that hold cost the script no sample of its own. */
export const ERROR_METRIC = 'greenlight_error';
/** A message of ours as its tag: faults must not be lost among the target's errors. */
export const FAULT_METRIC = 'greenlight_fault';
/** What the line of a summary on standard output begins with. */
export const SUMMARY_MARK = 'greenlight-summary ';
export const MEASURED = 'measured';
const WARM_UP = 'warmup';
const INVALID_URL_CODE = 1020;
/** Codes of k6 from here on describe answers, which the flow itself judges; below there was no answer. */
export const FIRST_ANSWER_CODE = 1400;
export const TIMEOUT_CODE = 1050;

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
  const flows = orderFlows(profile, named);
  const errors = new k6.Counter(ERROR_METRIC);
  const faults = new k6.Counter(FAULT_METRIC);
  const secret = (name: string): string => {
    const value = k6.env[name];
    if (value === undefined) throw new Error(`the secret ${name} is not set`);
    return value;
  };

  // Each virtual user has a script of its own, so these are its own, too. Asking k6 every time costs 30 µs.
  let user: number | undefined;
  let inSample: (iteration: number) => boolean = () => true;
  let next = 0;

  const plain = profile.flow === undefined ? constantRequests(order, flows) : undefined;

  const iteration = (): void => {
    if (user === undefined) {
      user = k6.exec.vu.idInTest;
      inSample = schemaSample(order.run, user);
    }
    const count = next;
    next += 1;
    if (plain !== undefined) {
      const request = plain[(user - 1 + count) % plain.length];
      if (request === undefined) throw new Error(`the profile "${profile.id}" has nothing to send`);
      const response = k6.http.request(request.method, request.url, null, request.params);
      if (acceptsStatus(undefined, response.status)) return;
      if (answered(response)) errors.add(1, { kind: 'status' });
      else if (response.error_code === INVALID_URL_CODE) faults.add(1, { kind: response.error });
      return;
    }
    const flow = flows[(user - 1 + count) % flows.length];
    if (flow === undefined) throw new Error(`the profile "${profile.id}" has nothing to send`);
    try {
      const walk = walkFlow({
        flow,
        urls: order.urls,
        run: order.run,
        scope: `vu${user}-i${count}`,
        data: dataRow(flow, user - 1 + count),
        secret,
      });
      const depth = { schema: inSample(count) };
      for (let wire = walk.next(); wire !== undefined; wire = walk.next()) {
        const response = k6.http.request(wire.method, wire.url, wire.body ?? null, {
          headers: wire.headers,
          redirects: 0,
          timeout: profile.timeoutMs,
          // A body that nobody looks at is read to its end all the same, but not kept.
          responseType: walk.looksAtBody(depth) ? 'text' : 'none',
        });
        const kind = judge(response, walk, depth);
        if (kind !== 'ok') errors.add(1, { kind });
      }
    } catch (error) {
      faults.add(1, { kind: String(error).slice(0, 300) });
    }
  };

  return {
    options: optionsOf(order),
    iteration,
    handleSummary: (data) => {
      const count = (metric: string): number => data.metrics[metric]?.values['count'] ?? 0;
      const text = JSON.stringify({
        nonce: order.nonce,
        durationMs: data.state.testRunDurationMs,
        httpRequests: count('http_reqs'),
        iterations: count('iterations'),
        dropped: count('dropped_iterations'),
        errors: count(ERROR_METRIC),
        faults: count(FAULT_METRIC),
      } satisfies K6Summary);
      return { [order.summaryFile]: order.summaryFile === 'stdout' ? `\n${SUMMARY_MARK}${text}\n` : text };
    },
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
  readonly faults: number;
}

/** Requests without an answer are `ok` here: k6's own samples carry their error code, and each must count once. */
function judge(
  response: K6Response,
  walk: ReturnType<typeof walkFlow>,
  depth: { readonly schema: boolean },
): 'ok' | 'status' | 'assertion' {
  if (!answered(response)) {
    walk.giveUp();
    if (response.error_code === INVALID_URL_CODE) throw new Error(response.error);
    return 'ok';
  }
  if (walk.holdsByStatus(response.status, depth)) return 'ok';
  return walk.answered(new ViewOfResponse(response), depth).kind;
}

function answered({ status, error_code: code }: K6Response): boolean {
  return status !== 0 && !(code > 0 && code < FIRST_ANSWER_CODE);
}

interface ConstantRequest {
  readonly method: string;
  readonly url: string;
  readonly params: object;
}

/** Plain requests are the same every time, so they are made once: walking them costs as much as sending them. */
function constantRequests(order: K6Order, flows: readonly Flow[]): readonly ConstantRequest[] {
  const { urls, run, profile } = order;
  return flows.flatMap((flow) => {
    const wire = walkFlow({ flow, urls, run, scope: 'plain', data: {}, secret: () => '' }).next();
    if (wire === undefined) return [];
    const params = {
      headers: wire.headers,
      redirects: 0,
      timeout: profile.timeoutMs,
      responseType: 'none',
    };
    return [{ method: wire.method, url: wire.url, params }];
  });
}

/** Headers and body are looked at by few steps, and making them costs as much as half a request. */
class ViewOfResponse {
  readonly status: number;
  private readonly response: K6Response;
  private named: Record<string, string> | undefined;

  constructor(response: K6Response) {
    this.status = response.status;
    this.response = response;
  }

  get headers(): Record<string, string> {
    if (this.named === undefined) {
      this.named = {};
      const { headers } = this.response;
      for (const name of Object.keys(headers)) this.named[name.toLowerCase()] = String(headers[name]);
    }
    return this.named;
  }

  get body(): unknown {
    return decodeBody(this.headers['content-type'], this.response.body ?? '');
  }

  get durationMs(): number {
    return this.response.timings.duration;
  }
}

function optionsOf(order: K6Order): Options {
  const { profile } = order;
  const scenario = (
    startTime: number,
    duration: number,
    drainS: number,
  ): NonNullable<Options['scenarios']>[string] =>
    profile.rate === undefined
      ? {
          executor: 'constant-vus',
          exec: 'iteration',
          vus: profile.connections,
          startTime: `${startTime}s`,
          duration: `${duration}s`,
          gracefulStop: `${drainS}s`,
        }
      : {
          executor: 'constant-arrival-rate',
          exec: 'iteration',
          // Arrivals are whole numbers per time unit: 2.5 a second are 2500 in 1000 s.
          rate: Math.round(profile.rate * 1000),
          timeUnit: '1000s',
          preAllocatedVUs: order.preAllocatedVUs,
          maxVUs: order.maxVUs,
          startTime: `${startTime}s`,
          duration: `${duration}s`,
          gracefulStop: `${drainS}s`,
        };
  return {
    scenarios: {
      // Warm-up must not overlap with the window: k6 would make virtual users for both.
      ...(order.warmupS > 0 ? { [WARM_UP]: scenario(0, order.warmupS, 0) } : {}),
      [MEASURED]: scenario(order.warmupS, order.durationS, order.drainS),
    },
    systemTags: ['scenario', 'error_code'],
    summaryTrendStats: ['count', 'p(50)', 'p(90)', 'p(95)', 'p(99)', 'max'],
    noVUConnectionReuse: false,
  };
}
