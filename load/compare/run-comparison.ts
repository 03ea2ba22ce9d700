import type { Finding } from '../../contract/evidence/finding.ts';
import { unknownFinding } from '../../contract/evidence/unknown-finding.ts';
import {
  blockWarmupS,
  COMPARED_SIDES,
  type ComparedSide,
  type LoadComparison,
} from '../../contract/load/load-comparison.ts';
import { LoadProfile } from '../../contract/load/load-profile.ts';
import type { LoadResult } from '../../contract/load/load-result.ts';
import type { Plan } from '../../contract/plan/plan.ts';
import type { LoadEngine, LoadOrder } from '../../contract/ports/load-engine.ts';
import { askControl } from '../../safety/ask-control.ts';
import { refusal } from '../load-guards.ts';
import { blockOrder } from './interleave.ts';
import type { ComparedRound } from './compared-rounds.ts';
import { comparisonFinding } from './comparison-finding.ts';
import type { RequestRounds } from './compare-rounds.ts';
import { seededRandom, shuffled } from './seeded-random.ts';

/** What a comparison needs from its surroundings. */
export interface ComparisonRun extends Pick<LoadOrder, 'run' | 'scratch' | 'secret' | 'progress' | 'signal'> {
  readonly plan: Plan;
  readonly comparison: LoadComparison;
  readonly engine: LoadEngine;
}

/**
 * Measures old, old again and new in short blocks, in an order that the seed decides, and says whether new is slower.
 * Never throws for anything that may go wrong with an engine.
 */
export async function runComparison(given: ComparisonRun): Promise<Finding> {
  const { plan, comparison, engine, signal } = given;
  const unknown = (word: string, message: string, remedy: string): Finding =>
    unknownFinding(comparison.id, { word, message, remedy });
  const oldUrls = plan.target.old?.urls;
  if (oldUrls === undefined) {
    return unknown('no-old', 'The plan names no address of the old system', 'add target.old.urls');
  }
  const urls: Readonly<Record<ComparedSide, Readonly<Record<string, string>>>> = {
    old: oldUrls,
    'old-again': oldUrls,
    new: plan.target.urls,
  };
  for (const side of COMPARED_SIDES) {
    const target = { ...plan.target, urls: urls[side] as Plan['target']['urls'] };
    const refused = refusal({ ...plan, target }, blockOf(comparison, 0, 0), undefined);
    if (refused !== undefined) return unknown('load-refused', refused.summary, refused.remedy);
  }
  const availability = await engine.availability();
  if (!availability.available) {
    const summary = `The load engine ${engine.name} is not here: ${availability.reason}`;
    const missing = unknown('engine-missing', summary, availability.remedy);
    return comparison.optional ? { ...missing, outcome: 'not-applicable' } : missing;
  }
  try {
    const requests = await measure(given, urls);
    if (signal.aborted) return unknown('interrupted', 'The comparison was interrupted', 'repeat it');
    const away = requests.some(({ rounds }) => rounds.some((round) => round.new.unreachable !== undefined));
    const control = away ? await askControl(plan.target.control) : 'not-asked';
    return comparisonFinding({ comparison, requests, control });
  } catch (error) {
    return unknown(
      'engine-fault',
      `The load engine failed: ${error instanceof Error ? error.message : String(error)}`,
      'see `greenlight doctor`; a broken engine says nothing about the target',
    );
  }
}

async function measure(
  { plan, comparison, engine, run, scratch, secret, progress, signal }: ComparisonRun,
  urls: Readonly<Record<ComparedSide, Readonly<Record<string, string>>>>,
): Promise<readonly RequestRounds[]> {
  const random = seededRandom(comparison.seed);
  const requests = comparison.requests.map(({ method, path }, index) => ({
    index,
    request: `${method} ${path}`,
    rounds: [] as ComparedRound[],
    order: blockOrder(comparison.rounds, COMPARED_SIDES, comparison.seed + index),
  }));
  for (let round = 0; round < comparison.rounds; round += 1) {
    progress(`round ${round + 1} of ${comparison.rounds}`);
    // All sides of a request directly after one another: what the machine does meanwhile meets them alike.
    for (const one of shuffled(requests, random)) {
      const measured: Partial<Record<ComparedSide, LoadResult>> = {};
      const first = round * COMPARED_SIDES.length;
      for (const side of one.order.slice(first, first + COMPARED_SIDES.length)) {
        if (signal.aborted) return requests;
        measured[side] = await engine.run({
          profile: blockOf(comparison, one.index, round),
          flow: undefined,
          withoutConnecting: true,
          urls: urls[side],
          headers: side === 'new' ? plan.target.headers : plan.target.old?.headers,
          run: `${run}c${round}`,
          planFile: '',
          scratch,
          secret,
          progress: () => undefined,
          signal,
        });
      }
      const { old, 'old-again': oldAgain, new: fresh } = measured;
      if (old === undefined || oldAgain === undefined || fresh === undefined) return requests;
      one.rounds.push({ old, 'old-again': oldAgain, new: fresh });
      if ([old, oldAgain, fresh].some((result) => result.unreachable !== undefined)) return requests;
    }
  }
  return requests;
}

/** One measurement of one request as an engine runs it. Its thresholds are never looked at. */
export function blockOf(comparison: LoadComparison, request: number, round: number): LoadProfile {
  const { id, title, engine, connections, rate, blockS, timeoutMs, requests } = comparison;
  const one = requests[request];
  return LoadProfile.parse({
    id,
    title,
    engine,
    requests: one === undefined ? [] : [one],
    connections,
    ...(rate === undefined ? {} : { rate }),
    durationS: blockS,
    warmupS: blockWarmupS(comparison, round),
    timeoutMs,
    thresholds: { errorRate: 0 },
  });
}
