import { eventOfK6 } from '../../../contract/events/k6-codes.ts';
import { type EventId, EVENTS, isOurs } from '../../../contract/events/table.ts';
import type { Faults } from '../faults.ts';
import type { LoadRecorder, SampleKind } from '../load-recorder.ts';
import { LookedShapes } from '../looked-shapes.ts';
import {
  ERROR_METRIC,
  FAILED_METRIC,
  FAULT_METRIC,
  LIMITED_KIND,
  SHAPE_METRIC,
  WRONG_METRIC,
} from './runtime.ts';
import { MEASURED } from './script-options.ts';
import { WrongAnswers } from '../wrong-answers.ts';

/** What came out of k6, to be held against k6's own summary: a sample that got lost must be noticed. */
export interface SampleTotals {
  readonly requests: number;
  /** Requests whose latency arrived as well. */
  readonly timed: number;
  readonly faults: number;
  readonly errors: number;
  readonly shapes: number;
  /** Plain requests that k6 itself says have failed. */
  readonly refused: number;
  readonly iterations: number;
  readonly dropped: number;
  /** Without the warm-up. */
  readonly measured: { readonly iterations: number; readonly dropped: number };
}

/** The metrics that we read; k6 writes about thirteen lines per request, and all others are skipped unread. */
const WANTED: readonly string[] = [
  'http_reqs',
  'http_req_duration',
  'http_req_blocked',
  'data_received',
  'iterations',
  'dropped_iterations',
  ERROR_METRIC,
  FAULT_METRIC,
  SHAPE_METRIC,
  WRONG_METRIC,
];
/** Stands right before its `iterations`. */
const ARRIVAL_METRIC = 'iteration_duration';
/** The zeros of all requests that hold are not read. */
const FAILED_LINE = `${FAILED_METRIC},\\d+,1`;

/**
 * Reads k6's CSV output as it comes: `metric,time in ms,value,<system tags>,<own tags as a query string>,<metadata>`.
 * The lines of one request stand together, in k6's order: http_reqs, http_req_duration, http_req_blocked and, for plain
 * requests, http_req_failed.
 */
export class K6Samples {
  /** Answers that do not hold, by status. */
  readonly wrong = new WrongAnswers();
  readonly #recorder: LoadRecorder;
  readonly #faults: Faults;
  readonly #timeoutMs: number;
  #columns: Readonly<Record<string, number>> | undefined;
  #rest = '';
  #windowStart: number | undefined;
  #durationMs: number | undefined;
  /** When the last measured request that was answered left, in milliseconds since the window began. */
  #answeredSinceMs: number | undefined;
  readonly #withoutConnecting: boolean;
  readonly #onArrival: ((atMs: number) => void) | undefined;
  readonly #wanted: RegExp;
  #requests = 0;
  #timed = 0;
  #seenFaults = 0;
  #errors = 0;
  #shapesSeen = 0;
  readonly #shapes: LookedShapes;
  #refused = 0;
  #iterations = 0;
  #dropped = 0;
  #measured = { iterations: 0, dropped: 0 };

  /**
   * @param timeoutMs what a request that timed out counts at least
   * @param onArrival is told when each measured arrival began, or was dropped
   * @param shapes is told of every answer whose shape was looked at
   * @param withoutConnecting leaves what a request waited for its connection out of its latency
   */
  constructor(
    recorder: LoadRecorder,
    faults: Faults,
    timeoutMs: number,
    onArrival?: (atMs: number) => void,
    withoutConnecting = false,
    shapes = new LookedShapes([]),
  ) {
    this.#withoutConnecting = withoutConnecting;
    this.#recorder = recorder;
    this.#shapes = shapes;
    this.#faults = faults;
    this.#timeoutMs = timeoutMs;
    this.#onArrival = onArrival;
    const wanted = onArrival === undefined ? WANTED : [...WANTED, ARRIVAL_METRIC];
    this.#wanted = new RegExp(`^(?:(?:${wanted.join('|')}),|${FAILED_LINE})`);
  }

  get totals(): SampleTotals {
    return {
      requests: this.#requests,
      timed: this.#timed,
      faults: this.#seenFaults,
      errors: this.#errors,
      shapes: this.#shapesSeen,
      refused: this.#refused,
      iterations: this.#iterations,
      dropped: this.#dropped,
      measured: this.#measured,
    };
  }

  /** When the first measured sample was made, in milliseconds since 1970; undefined without one. */
  get windowStart(): number | undefined {
    return this.#windowStart;
  }

  push(text: string): void {
    const lines = (this.#rest + text).split('\n');
    this.#rest = lines.pop() ?? '';
    for (const line of lines) {
      if (this.#columns === undefined) this.#header(line);
      else if (this.#wanted.test(line)) this.#line(line, this.#columns);
    }
  }

  end(): void {
    if (this.#rest !== '')
      this.#faults.add(`the samples of k6 end within a line: ${this.#rest.slice(0, 80)}`);
    if (this.#durationMs !== undefined) this.#faults.add('the samples of k6 end within a request');
  }

  #header(line: string): void {
    if (!line.startsWith('metric_name,')) return;
    this.#columns = Object.fromEntries(
      line
        .trim()
        .split(',')
        .map((name, index) => [name, index]),
    );
  }

  #line(line: string, columns: Readonly<Record<string, number>>): void {
    const cells = csvCells(line);
    const cell = (column: string): string => cells[columns[column] ?? -1] ?? '';
    const at = Number(cell('timestamp'));
    const value = Number(cell('metric_value'));
    if (!Number.isFinite(at) || !Number.isFinite(value)) {
      this.#faults.add(`a sample of k6 cannot be read: ${line.slice(0, 120)}`);
      return;
    }
    const measured = cell('scenario') === MEASURED;
    switch (cell('metric_name')) {
      case 'http_reqs':
        this.#requests += 1;
        return;
      case 'http_req_duration':
        this.#durationMs = value;
        return;
      case 'http_req_blocked':
        this.#request(at, value, Number(cell('error_code') || 0), measured);
        return;
      case FAILED_METRIC:
        this.#refused += 1;
        if (this.#answeredSinceMs !== undefined) this.#recorder.countError('status', this.#answeredSinceMs);
        this.#answeredSinceMs = undefined;
        return;
      case 'data_received':
        if (measured) this.#recorder.countBytes(value, this.#since(at));
        return;
      case 'iterations':
        this.#iterations += value;
        if (measured) this.#measured.iterations += value;
        return;
      case 'dropped_iterations':
        this.#dropped += value;
        if (measured) this.#measured.dropped += value;
        if (measured) for (let one = 0; one < value; one += 1) this.#onArrival?.(at);
        return;
      case ARRIVAL_METRIC:
        if (measured) this.#onArrival?.(at - value);
        return;
      case ERROR_METRIC:
        this.#errors += 1;
        if (measured) this.#error(cell('extra_tags'), at - value, line);
        return;
      case SHAPE_METRIC:
        this.#shapesSeen += 1;
        if (measured) this.#shape(cell('extra_tags'), line);
        return;
      case WRONG_METRIC:
        if (measured) this.#wrongAnswer(cell('extra_tags'));
        return;
      case FAULT_METRIC:
        this.#seenFaults += 1;
        this.#faults.add(`the flow threw: ${tag(cell('extra_tags'), 'kind')}`);
        return;
    }
  }

  /** Blocked holds the time for name resolution, connection and TLS, which k6's own duration leaves out. */
  #request(endedAt: number, blockedMs: number, errorCode: number, measured: boolean): void {
    const durationMs = this.#durationMs;
    this.#durationMs = undefined;
    this.#answeredSinceMs = undefined;
    if (durationMs === undefined) {
      this.#faults.add('the samples of k6 are out of order');
      return;
    }
    this.#timed += 1;
    if (!measured) return;
    const event = eventOfK6(errorCode);
    if (event !== undefined && isOurs(event))
      this.#faults.add(`k6 could not ask the target (code ${errorCode}): ${EVENTS[event].words}`);
    const kind = event === undefined ? 'ok' : (KINDS[event] ?? 'connection');
    const spentMs = (this.#withoutConnecting ? 0 : blockedMs) + durationMs;
    const latencyMs = kind === 'timeout' ? Math.max(spentMs, this.#timeoutMs) : spentMs;
    const sinceMs = this.#since(endedAt - latencyMs);
    if (kind === 'ok') this.#answeredSinceMs = sinceMs;
    this.#recorder.record({
      kind,
      sinceMs,
      // k6 says 0 for a connection that failed; it is no latency.
      latencyMs: kind === 'connection' ? undefined : latencyMs,
      bytes: 0,
    });
  }

  /** @param at when its request left: else errors would stand in other seconds than their requests */
  #error(tags: string, at: number, line: string): void {
    const kind = tag(tags, 'kind');
    if (kind === 'limited') {
      this.#recorder.countError('status', this.#since(at));
      this.#recorder.countLimited(this.#since(at));
    } else if (kind === LIMITED_KIND) this.#recorder.countLimited(this.#since(at));
    else if (kind === 'status' || kind === 'assertion') this.#recorder.countError(kind, this.#since(at));
    else this.#faults.add(`a sample of k6 cannot be read: ${line.slice(0, 120)}`);
  }

  /** For people only: one that got lost is missed in no judgement. */
  #wrongAnswer(tags: string): void {
    const status = Number(tag(tags, 'status'));
    if (!Number.isInteger(status)) return;
    const [request, answer] = [tag(tags, 'request'), tag(tags, 'answer')];
    this.wrong.add(status, () => ({ request, answer }));
  }

  #shape(tags: string, line: string): void {
    const [step, held] = [tag(tags, 'step'), tag(tags, 'held')];
    if (step !== '' && (held === 'yes' || held === 'no')) this.#shapes.add({ step, held: held === 'yes' });
    else this.#faults.add(`a sample of k6 cannot be read: ${line.slice(0, 120)}`);
  }

  #since(at: number): number {
    this.#windowStart ??= at;
    return at - this.#windowStart;
  }
}

/** How events that end a request count; all others are connections that failed. */
const KINDS: Readonly<Partial<Record<EventId, SampleKind>>> = {
  timeout: 'timeout',
  'body-undecodable': 'assertion',
};

function tag(query: string, name: string): string {
  return new URLSearchParams(query).get(name) ?? '';
}

function csvCells(line: string): string[] {
  if (!line.includes('"')) return line.split(',');
  const cells: string[] = [];
  for (const match of line.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^,]*))/g)) {
    cells.push(match[1]?.replaceAll('""', '"') ?? match[2] ?? '');
  }
  return cells;
}
