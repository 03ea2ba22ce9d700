import { createRequire } from 'node:module';
import type { EvaluationDepth } from '../../contract/flow/evaluate.ts';
import { NO_HEADERS, type WireRequest } from '../../contract/flow/http.ts';
import type { LoadProfile } from '../../contract/load/load-profile.ts';
import type { LoadResult } from '../../contract/load/load-result.ts';
import type { LoadOrder } from '../../contract/ports/load-engine.ts';
import { decodeAnswer } from '../../host/decode-bytes.ts';
import {
  hookClient,
  type AutocannonClient,
  type ClientHooks,
  type OutgoingRequest,
  type RawHeaders,
} from './autocannon-client.ts';
import { IterationCookies } from './cookies.ts';
import { Faults } from './faults.ts';
import { dataRow, walkFlow, type FlowWalk } from './flow-walk.ts';
import { LoadRecorder, type SampleKind } from './load-recorder.ts';
import { type LookedAt, LookedShapes, shapedSteps } from './looked-shapes.ts';
import { oddAnswer } from './odd-answer.ts';
import { orderFlows } from './order-flows.ts';
import { ownLimit } from './own-limits.ts';
import { watchOwnProcess, type OwnProcessHealth } from './own-process-health.ts';
import { evenSample, schemaSample } from './schema-sample.ts';
import { type AnswerExample, exampleOf, WrongAnswers } from './wrong-answers.ts';

/** Extra time after which autocannon is stopped by force; by then every request has been answered or timed out. */
export const SLACK_MS = 2000;

/** What one process is to do: all connections of its order, as virtual users with numbers of their own. */
export interface ConnectionsOrder extends Omit<LoadOrder, 'planFile' | 'scratch' | 'progress' | 'segment'> {
  /** The one address to which all requests go. */
  readonly origin: string;
  /** Virtual users that other processes have; identities, data rows and the sample of schemas go by these numbers. */
  readonly usersBefore: number;
  /** Called about once a second. */
  readonly tell: (soFar: LoadSoFar) => void;
}

/** How far one process is. */
export interface LoadSoFar {
  /** Milliseconds since the measured window began; negative while it warms up. */
  readonly sinceMs: number;
  readonly requests: number;
  readonly failed: number;
  /** Milliseconds. */
  readonly p95?: number | undefined;
}

/** Makes the load of one process: this one, whose event loop is then the one that is watched. */
export async function runConnections(order: ConnectionsOrder): Promise<LoadResult> {
  const run = new AutocannonRun(order);
  await run.finished();
  const durationMs = run.measuredMs;
  const recorded = run.recorder.result(durationMs);
  return {
    ...headOf(order.profile),
    startedAt: run.startedAt,
    ...recorded,
    ...run.shapes.result(),
    ...run.wrong.result(),
    durationMs,
    achievedRate: durationMs > 0 ? recorded.requests / (durationMs / 1000) : 0,
    generator: run.generator(),
    faults: run.faults.list(),
  };
}

/** What every result of this engine says, whatever was measured. */
export function headOf(
  profile: LoadProfile,
): Pick<LoadResult, 'engine' | 'model' | 'warmupMs' | 'connections' | 'targetRate' | 'dropped'> {
  return {
    engine: { name: 'autocannon', version: autocannonVersion() },
    model: 'closed',
    warmupMs: profile.warmupS * 1000,
    connections: profile.connections,
    targetRate: null,
    dropped: 0,
  };
}

/** One run: the measured window, and what all connections share. */
class AutocannonRun {
  readonly recorder = new LoadRecorder();
  readonly faults = new Faults();
  readonly wrong = new WrongAnswers();
  readonly shapes: LookedShapes;
  readonly #order: ConnectionsOrder;
  readonly #inEvenSample: (nowMs: number) => boolean;
  readonly #origin: string;
  readonly #flows;
  readonly #clients: AutocannonClient[] = [];
  #from = 0;
  #to = 0;
  #draining = false;
  #health: OwnProcessHealth | undefined;
  #generator: LoadResult['generator'] | undefined;

  constructor(order: ConnectionsOrder) {
    this.#order = order;
    this.#origin = order.origin;
    this.#flows = orderFlows(order.profile, order.flow);
    this.shapes = new LookedShapes(shapedSteps(order.flow));
    this.#inEvenSample = evenSample(order.profile.durationS, 1);
  }

  /** Length of the measured window; shorter than ordered when the run was stopped early. */
  get measuredMs(): number {
    return Math.max(0, Math.round(Math.min(this.#to, performance.now()) - this.#from));
  }

  /** When the measured window began, by the clock: how processes stand to each other is told by it. */
  get startedAt(): string {
    return new Date(performance.timeOrigin + this.#from).toISOString();
  }

  generator(): LoadResult['generator'] {
    return this.#generator ?? { lagP99Ms: null, cpuPercent: null, saturated: true };
  }

  async finished(): Promise<void> {
    const { profile, tell, signal } = this.#order;
    const { default: autocannon } = await import('autocannon');
    const begin = performance.now();
    this.#from = begin + profile.warmupS * 1000;
    this.#to = this.#from + profile.durationS * 1000;
    const stop = (): void => this.#stop();
    const interrupted = (): void => {
      this.faults.add('the run was interrupted');
      this.#to = Math.min(this.#to, performance.now());
      stop();
    };
    const timers = [
      setTimeout(() => (this.#health = watchOwnProcess()), this.#from - begin),
      setTimeout(() => this.#endWindow(), this.#to - begin),
      setInterval(() => tell(this.#soFar()), 1000),
    ];
    signal.addEventListener('abort', interrupted, { once: true });
    try {
      // An abort that came before is not told again.
      if (signal.aborted) return interrupted();
      await autocannon({
        url: this.#origin,
        connections: profile.connections,
        pipelining: 1,
        // The window ends by itself, connection by connection; this is only the hard end.
        duration: Math.ceil((this.#to - begin + profile.timeoutMs + SLACK_MS) / 1000),
        timeout: Math.max(1, profile.timeoutMs / 1000),
        sampleInt: 100,
        setupClient: (client) => this.#setUp(client as unknown as AutocannonClient),
      });
    } finally {
      timers.forEach((timer) => clearTimeout(timer));
      signal.removeEventListener('abort', interrupted);
      if (this.#health !== undefined && this.#generator === undefined) this.#endWindow();
    }
  }

  /** From here on no request is started; those under way are answered or time out, and count. */
  #endWindow(): void {
    this.#draining = true;
    this.#generator = this.#health?.stop(this.#order.profile.thresholds);
  }

  #stop(): void {
    this.#draining = true;
    this.#clients.forEach((client) => client.destroy());
  }

  #soFar(): LoadSoFar {
    const { requests, failed, p95 } = this.recorder;
    return { sinceMs: performance.now() - this.#from, requests, failed, p95 };
  }

  #setUp(client: AutocannonClient): void {
    this.#clients.push(client);
    hookClient(
      client,
      this.#hooks(this.#order.usersBefore + this.#clients.length),
      this.#order.profile.timeoutMs,
    );
  }

  /** The life of one connection (a virtual user): one iteration after the other, one request under way at a time. */
  #hooks(user: number): ClientHooks {
    const { profile, urls, headers, run, secret } = this.#order;
    const inSample = schemaSample(run, user);
    let iteration = 0;
    /** The iteration that is under way. */
    let scope = 0;
    const walks: (FlowWalk | undefined)[] = this.#flows.map(() => undefined);
    let walk: FlowWalk | undefined;
    let cookies = new IterationCookies();
    let wire: WireRequest | undefined;
    let outgoing:
      { readonly of: WireRequest; readonly cookie: string | undefined; sent: OutgoingRequest } | undefined;
    let failures = 0;
    let depth: EvaluationDepth = { schema: true };
    let sentAt: number | undefined;
    let answer:
      | {
          kind: SampleKind;
          shape: LookedAt | undefined;
          limited: boolean;
          /** Of an answer that does not hold. */
          wrong: { readonly status: number; readonly example: () => AnswerExample } | undefined;
          latencyMs: number;
          sentAt: number;
        }
      | undefined;

    const measured = (at: number): boolean => at >= this.#from && at < this.#to;
    const record = (kind: SampleKind, at: number, latencyMs: number | undefined, bytes: number): void => {
      if (!measured(at)) return;
      this.recorder.record({ kind, sinceMs: at - this.#from, latencyMs, bytes });
    };
    const unanswered = (kind: 'timeout' | 'connection', latencyMs: number | undefined): void => {
      if (sentAt === undefined) return;
      record(kind, sentAt, latencyMs, 0);
      if (kind === 'connection') failures += 1;
      sentAt = undefined;
      walk?.giveUp();
    };
    const nextWire = (): WireRequest => {
      const more = walk?.next();
      if (more !== undefined) return more;
      const turn = (user - 1 + iteration) % this.#flows.length;
      const flow = this.#flows[turn];
      if (flow === undefined) throw new Error(`the profile "${profile.id}" has nothing to send`);
      scope = iteration;
      const data = dataRow(flow, user - 1 + iteration);
      walk = walks[turn];
      if (walk === undefined)
        walks[turn] = walk = walkFlow({
          flow,
          urls,
          headers,
          run,
          scope: () => `vu${user}-i${scope}`,
          data,
          secret,
        });
      else walk.again(data);
      cookies = new IterationCookies();
      const spread = this.#inEvenSample(performance.now());
      depth = { schema: inSample(iteration) || spread };
      iteration += 1;
      const first = walk.next();
      if (first === undefined) throw new Error(`the flow "${flow.id}" makes no request`);
      return first;
    };

    return {
      next: () => {
        if (sentAt !== undefined) {
          // autocannon connects anew without a word after a time-out and after a connection that just ended.
          const elapsed = performance.now() - sentAt;
          if (elapsed >= profile.timeoutMs - 5) unanswered('timeout', Math.max(elapsed, profile.timeoutMs));
          else unanswered('connection', undefined);
        }
        if (this.#draining || performance.now() >= this.#to) return undefined;
        try {
          wire = nextWire();
          const cookie = cookies.header();
          if (outgoing?.of !== wire || outgoing.cookie !== cookie)
            outgoing = { of: wire, cookie, sent: outgoingOf(wire, this.#origin, cookie) };
          return outgoing.sent;
        } catch (error) {
          this.faults.add(`the flow could not make its next request: ${String(error)}`);
          setImmediate(() => this.#stop());
          return undefined;
        }
      },
      headOnly: () => wire?.method === 'HEAD',
      keepsBody: () => walk?.looksAtBody(depth) === true,
      sent: () => {
        // What was let through belongs to the window, though its end may have come in this very moment.
        sentAt = Math.min(performance.now(), this.#to - 0.001);
      },
      answered: (status, body, rawHeaders) => {
        if (sentAt === undefined) return;
        const latencyMs = performance.now() - sentAt;
        failures = 0;
        rememberCookies(cookies, rawHeaders);
        answer = { kind: 'assertion', shape: undefined, limited: false, wrong: undefined, latencyMs, sentAt };
        try {
          const looks = walk?.looksAtBody(depth) === true;
          // Of an answer that holds by its status nothing else is asked: naming all its headers would cost as much.
          const headers = looks || walk?.acceptsStatus(status) !== true ? headersOf(rawHeaders) : NO_HEADERS;
          const decoded = looks ? decodeAnswer(headers, Buffer.concat(body)) : NO_BODY;
          const judged = walk?.answered({ status, headers, ...decoded, durationMs: latencyMs }, depth);
          if (judged !== undefined) {
            answer.kind = judged.kind;
            answer.shape = judged.shape;
          }
          if (answer.kind !== 'ok') {
            const { text } = decodeAnswer(headers, Buffer.concat(body));
            const odd = oddAnswer({ status, headers, body: text });
            if (odd !== undefined && 'fault' in odd) this.faults.add(odd.fault);
            const asked = wire;
            answer.limited = odd !== undefined && 'limited' in odd;
            answer.wrong = asked && {
              status,
              example: () => exampleOf(asked, { status, headers, body: text }),
            };
          }
        } catch (error) {
          this.faults.add(`an answer could not be judged: ${String(error)}`);
          walk?.giveUp();
        }
        sentAt = undefined;
      },
      received: (bytes) => {
        if (answer !== undefined) record(answer.kind, answer.sentAt, answer.latencyMs, bytes);
        if (answer?.limited === true && measured(answer.sentAt))
          this.recorder.countLimited(answer.sentAt - this.#from);
        if (answer?.wrong !== undefined && measured(answer.sentAt))
          this.wrong.add(answer.wrong.status, answer.wrong.example);
        if (answer?.shape !== undefined && measured(answer.sentAt)) this.shapes.add(answer.shape);
        answer = undefined;
      },
      failed: (error) => {
        const own = ownLimit(error);
        if (own !== undefined) this.faults.add(own);
        unanswered('connection', undefined);
      },
      backOffMs: () =>
        failures === 0 ? 0 : Math.min(250, 10 * 2 ** Math.min(failures, 10), profile.timeoutMs / 4),
    };
  }
}

/** Of an answer of which only status and headers are looked at. */
const NO_BODY = { body: '', text: '' };

/** What leaves on the connection. @throws Error when the request goes elsewhere */
function outgoingOf(wire: WireRequest, origin: string, cookie: string | undefined): OutgoingRequest {
  if (!wire.url.startsWith(`${origin}/`)) throw new Error(manyOrigins(origin, wire.url));
  return {
    method: wire.method,
    path: wire.url.slice(origin.length),
    headers: { ...wire.headers, ...(cookie === undefined ? {} : { cookie }) },
    ...(wire.body === undefined ? {} : { body: wire.body }),
  };
}

function rememberCookies(cookies: IterationCookies, rawHeaders: RawHeaders): void {
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const name = rawHeaders[at] ?? '';
    if (name.length === SET_COOKIE.length && name.toLowerCase() === SET_COOKIE)
      cookies.remember([rawHeaders[at + 1] ?? '']);
  }
}

const SET_COOKIE = 'set-cookie';

/** By their names in lower case; what came several times is one value. */
function headersOf(rawHeaders: RawHeaders): Record<string, string> {
  const headers: Record<string, string> = {};
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const name = (rawHeaders[at] ?? '').toLowerCase();
    const value = rawHeaders[at + 1] ?? '';
    headers[name] = Object.hasOwn(headers, name) ? `${headers[name]}, ${value}` : value;
  }
  return headers;
}

/** What to say where requests go to several addresses. */
export function manyOrigins(one: string, other: string): string {
  return `requests go to ${one} and to ${other}, but autocannon keeps to one address: use engine "k6"`;
}

/** Of the package that is installed. @throws Error when there is none */
export function autocannonVersion(): string {
  const { version } = createRequire(import.meta.url)('autocannon/package.json') as { version: string };
  return version;
}
