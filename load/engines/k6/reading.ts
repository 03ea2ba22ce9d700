import { z } from 'zod';
import type { LoadProfile } from '../../../contract/load/load-profile.ts';
import type { LoadResult } from '../../../contract/load/load-result.ts';
import type { Segment } from '../../../contract/evidence/shard.ts';
import type { ControlAnswer } from '../../../safety/ask-control.ts';
import { Faults } from '../faults.ts';
import { LoadRecorder } from '../load-recorder.ts';
import { LookedShapes } from '../looked-shapes.ts';
import { wholeShare } from '../whole-share.ts';
import type { K6Order } from './modules.ts';
import { K6Samples } from './samples.ts';

const Summary = z.object({
  nonce: z.string(),
  durationMs: z.number(),
  httpRequests: z.number(),
  iterations: z.number(),
  dropped: z.number(),
  errors: z.number(),
  judged: z.number(),
  refused: z.number(),
  faults: z.number(),
  // Summaries of runners that were exported before have none.
  shapes: z.number().default(0),
  control: z.enum(['answers', 'silent']).optional(),
});

/** What is known of one k6 besides its samples. */
export interface K6Run {
  readonly version: string;
  readonly segment?: Segment | undefined;
  /** Milliseconds since 1970; counts only where no sample says when load began. */
  readonly startedAt: number;
  readonly generator: LoadResult['generator'];
}

/** Reads the samples of one k6 as they come, and says what they came to. */
export class K6Reading {
  readonly recorder = new LoadRecorder();
  readonly faults = new Faults();
  readonly #order: K6Order;
  readonly #shapes: LookedShapes;
  readonly #samples: K6Samples;
  #control: ControlAnswer = 'not-asked';

  /** @param onArrival is told when each measured arrival began, or was dropped; reading these costs time, too */
  constructor(order: K6Order, onArrival?: (atMs: number) => void, withoutConnecting = false) {
    this.#order = order;
    const { timeoutMs } = order.profile;
    this.#shapes = new LookedShapes(order.shapedSteps ?? []);
    this.#samples = new K6Samples(
      this.recorder,
      this.faults,
      timeoutMs,
      onArrival,
      withoutConnecting,
      this.#shapes,
    );
  }

  /** When the first measured request left, in milliseconds since 1970; undefined without one. */
  get windowStart(): number | undefined {
    return this.#samples.windowStart;
  }

  push(text: string): void {
    this.#samples.push(text);
  }

  /** What the script's own question to the control address came to; known once there is a result. */
  get control(): ControlAnswer {
    return this.#control;
  }

  /**
   * Called once, after the last sample.
   * @param summary what the script's `handleSummary` wrote
   */
  result(run: K6Run, summary: string | Error): LoadResult {
    const { profile, durationS, warmupS } = this.#order;
    this.#samples.end();
    this.#checkSummary(summary);
    const { measured } = this.#samples.totals;
    const durationMs = durationS * 1000;
    const recorded = this.recorder.result(durationMs);
    // An arrival is an iteration; in the closed model the rate is what requests came to.
    const finished = profile.rate === undefined ? recorded.requests : measured.iterations;
    return {
      ...frameOf(profile, run),
      ...recorded,
      ...this.#shapes.result(),
      ...this.#samples.wrong.result(),
      // The start of k6 itself takes seconds; where shares stand to each other is told by when their requests were made.
      startedAt: new Date(this.#samples.windowStart ?? run.startedAt).toISOString(),
      warmupMs: warmupS * 1000,
      durationMs,
      achievedRate: finished / durationS,
      dropped: measured.dropped,
      generator: run.generator,
      faults: this.faults.list(),
    };
  }

  /** Exit code 0 alone proves nothing: without this run's own summary, or with samples missing, the result is faulty. */
  #checkSummary(text: string | Error): void {
    let raw: unknown;
    try {
      if (text instanceof Error) throw text;
      raw = JSON.parse(text);
    } catch (error) {
      this.faults.add(`k6 left no summary: ${String(error)}`);
      return;
    }
    const summary = Summary.safeParse(raw);
    if (!summary.success || summary.data.nonce !== this.#order.nonce) {
      this.faults.add("the summary of k6 is not this run's");
      return;
    }
    this.#control = summary.data.control ?? 'not-asked';
    const { httpRequests, iterations, dropped, errors, judged, refused, faults, shapes } = summary.data;
    const seen = this.#samples.totals;
    const told = [
      ['requests', httpRequests, seen.requests],
      ['requests', httpRequests, seen.timed],
      ['iterations', iterations, seen.iterations],
      ['dropped arrivals', dropped, seen.dropped],
      ['errors', errors, seen.errors],
      ['failed requests', refused, seen.refused],
      ['faults', faults, seen.faults],
      ['looks at a shape', shapes, seen.shapes],
    ] as const;
    // Any of them that got lost on the way would make the target look better.
    const lost = told.find(([, made, arrived]) => made !== arrived);
    if (lost !== undefined)
      this.faults.add(`k6 made ${lost[1]} ${lost[0]}, but ${lost[2]} samples of them arrived`);
    if (this.#order.profile.flow === undefined && judged !== httpRequests)
      this.faults.add(`k6 made ${httpRequests} requests, but judged ${judged} of them`);
    if (iterations === 0) this.faults.add('no iteration of k6 came to its end');
  }
}

/** What a result of k6 says before anything was measured. */
export function frameOf(
  profile: LoadProfile,
  { version, segment, startedAt }: Pick<K6Run, 'version' | 'segment' | 'startedAt'>,
): Pick<LoadResult, 'engine' | 'model' | 'startedAt' | 'warmupMs' | 'connections' | 'targetRate'> {
  return {
    engine: { name: 'k6', version },
    model: profile.rate === undefined ? 'closed' : 'open',
    startedAt: new Date(startedAt).toISOString(),
    warmupMs: profile.warmupS * 1000,
    connections: Math.max(1, wholeShare(profile.connections, segment)),
    targetRate: profile.rate === undefined ? null : profile.rate / (segment?.of ?? 1),
  };
}
