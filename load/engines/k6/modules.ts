import type { RefinedResponse, RequestBody } from 'k6/http';
import type { Headers } from '../../../contract/plan/headers.ts';
import type { LoadProfile } from '../../../contract/load/load-profile.ts';

/** What the engine tells the script, through the environment: never through the bundle, which lies on disk. */
export interface K6Order {
  readonly profile: LoadProfile;
  readonly urls: Readonly<Record<string, string>>;
  /** Sent with every request; secrets are references to the environment. */
  readonly headers?: Headers | undefined;
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
  /** The steps of the flow whose answers must have a shape; absent where there are none. */
  readonly shapedSteps?: readonly string[] | undefined;
  /** Asked by the script itself at its end, where nobody else can tell whether that machine's network works. */
  readonly control?: string | undefined;
}

/** The modules of k6 that the script hands in, because this file must also be readable by Node and its tests. */
export interface K6Modules {
  readonly http: {
    readonly get: (url: string, params: object) => K6Response;
    readonly request: (method: string, url: string, body: RequestBody | null, params: object) => K6Response;
    readonly setResponseCallback: (judge: object | null) => void;
    readonly expectedStatuses: (range: { readonly min: number; readonly max: number }) => object;
  };
  readonly exec: {
    readonly vu: { readonly idInTest: number };
    readonly scenario: { readonly name: string };
    readonly test: { abort(message: string): void };
  };
  readonly Counter: new (name: string) => K6Metric;
  readonly Trend: new (name: string) => K6Metric;
  readonly env: Readonly<Record<string, string | undefined>>;
}

interface K6Metric {
  add(value: number, tags: Record<string, string>): void;
}

export type K6Response = Pick<
  RefinedResponse<'text'>,
  'status' | 'body' | 'headers' | 'timings' | 'error' | 'error_code'
>;
