import { type Arena, createArena } from '../hazards/arena.ts';
import { type Kill, type KilledRun, type Lane, openLane } from './lane.ts';

export interface ChaosOptions {
  readonly runs: number;
  readonly seed: number;
  readonly lanes: number;
  readonly onRun?: (line: string) => void;
}

/** Counts, and everything that must never be. */
export interface ChaosEnd {
  readonly killed: number;
  readonly finished: number;
  readonly ends: Readonly<Record<KilledRun['end'], number>>;
  /** GO of runs that had ended by themselves before the kill. */
  readonly goOfFinished: number;
  readonly goOfKilled: number;
  readonly violations: readonly string[];
}

const SIGNALS = ['SIGKILL', 'SIGTERM', 'SIGINT', 'SIGHUP'] as const;

/** Kills runs at random moments and looks at what each leaves. The same seed gives the same kills. */
export async function killRuns(options: ChaosOptions): Promise<ChaosEnd> {
  const random = mulberry32(options.seed);
  const arena: Arena = createArena();
  const lanes: Lane[] = [];
  const results: KilledRun[] = [];
  const violations: string[] = [];
  try {
    for (let index = 0; index < options.lanes; index += 1) lanes.push(await openLane(arena, `lane-${index}`));
    // The first run fills caches, so that the others are as long as they usually are.
    const usual = await Promise.all(
      lanes.map(async (lane, index) => {
        await lane.run(`warm-${index}`, undefined);
        return lane.run(`usual-${index}`, undefined);
      }),
    );
    for (const { violations: found, decision } of usual) {
      violations.push(...found);
      if (decision !== 'GO') violations.push(`a run that nobody killed answers ${decision}`);
    }
    const longest = Math.max(...usual.map(({ tookMs }) => tookMs));
    options.onRun?.(`a run that nobody kills takes ${longest} ms`);
    const kills = Array.from({ length: options.runs }, (): Kill => ({
      signal: SIGNALS[Math.floor(random() * SIGNALS.length)] ?? 'SIGKILL',
      whom: random() < 0.5 ? 'process' : 'group',
      afterMs: Math.floor(random() * longest * 1.05),
    }));
    const waiting = [...kills.entries()];
    await Promise.all(
      lanes.map(async (lane) => {
        for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
          const [index, kill] = next;
          const result = await lane.run(`run-${index}`, kill);
          results.push(result);
          const what = `${index}: ${kill.signal} to the ${kill.whom} after ${kill.afterMs} ms`;
          violations.push(...result.violations.map((text) => `${what}: ${text}`));
          options.onRun?.(`${what}: ${result.end}, ${result.decision ?? 'no verdict of its own'}`);
        }
        violations.push(...(await lane.settle()));
      }),
    );
  } finally {
    await Promise.all(lanes.map((lane) => lane.close()));
    arena.remove();
  }
  return summaryOf(results, violations);
}

function summaryOf(results: readonly KilledRun[], violations: readonly string[]): ChaosEnd {
  const count = (test: (run: KilledRun) => boolean): number => results.filter(test).length;
  const ends = {
    finished: count(({ end }) => end === 'finished'),
    'never-began': count(({ end }) => end === 'never-began'),
    interrupted: count(({ end }) => end === 'interrupted'),
    dead: count(({ end }) => end === 'dead'),
  };
  return {
    killed: results.length - ends.finished,
    finished: ends.finished,
    ends,
    goOfFinished: count(({ end, decision }) => end === 'finished' && decision === 'GO'),
    goOfKilled: count(({ end, decision }) => end !== 'finished' && decision === 'GO'),
    violations,
  };
}

/** A small generator of numbers from 0 to 1 that a seed determines. */
function mulberry32(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
