import { setTimeout as pause } from 'node:timers/promises';
import type { Finding } from '../../contract/evidence/finding.ts';
import { type LoadProfile, RAMP_REFINEMENTS, SOAK_SLICES } from '../../contract/load/load-profile.ts';
import type { LoadResult } from '../../contract/load/load-result.ts';

/** What a level was for. At a peak other limits count than at the usual level. */
export type StageRole = 'usual' | 'step' | 'peak' | 'after' | 'slice';

/** One steady level to be run. */
export interface Stage {
  readonly name: string;
  readonly role: StageRole;
  readonly level: number;
  /** The profile of this level alone, as an engine runs it. */
  readonly profile: LoadProfile;
}

/** One level as it went. */
export interface StageRun {
  readonly stage: Stage;
  readonly result: LoadResult;
  readonly finding: Finding;
}

export interface StageSurroundings {
  /** Runs and judges one level. @throws Error for faults of the engine */
  readonly run: (stage: Stage) => Promise<StageRun>;
  readonly signal: AbortSignal;
}

/**
 * Runs the levels of a profile, one engine run each: the pause in between is the engine's own start. Which level comes
 * next may depend on what the last ones said.
 */
export async function runStages(
  profile: LoadProfile,
  surroundings: StageSurroundings,
): Promise<readonly StageRun[]> {
  switch (profile.kind) {
    case 'baseline':
      return [await surroundings.run(stageOf(profile, 'usual', firstLevel(profile)))];
    case 'ramp':
      return runRamp(profile, surroundings);
    case 'spike':
      return runPeaks(profile, [peakOf(profile)], surroundings);
    case 'stress':
      return runPeaks(profile, levelsOf(profile).slice(1), surroundings);
    case 'soak':
      return runSoak(profile, surroundings);
  }
}

/** Levels from the first to the peak by equal factors, both included; connections are whole. */
export function levelsOf(profile: LoadProfile): readonly number[] {
  const first = firstLevel(profile);
  const factor = (peakOf(profile) / first) ** (1 / (profile.steps - 1));
  const levels = Array.from({ length: profile.steps }, (_, step) => rounded(profile, first * factor ** step));
  return [...new Set([...levels.slice(0, -1), peakOf(profile)])];
}

/**
 * Up until something breaks, then between the last that held and the first that did not. Where something did not hold,
 * the first level must hold again at the end: a knee that was found by killing the target is no answer.
 */
async function runRamp(profile: LoadProfile, surroundings: StageSurroundings): Promise<StageRun[]> {
  const { run, signal } = surroundings;
  const runs: StageRun[] = [];
  let held: number | undefined;
  let broke: number | undefined;
  const step = async (level: number): Promise<boolean> => {
    const said = await run(stageOf(profile, 'step', level));
    runs.push(said);
    if (said.finding.outcome === 'pass') held = level;
    if (said.finding.outcome === 'fail') broke = level;
    return said.finding.outcome === 'pass';
  };
  for (const level of levelsOf(profile)) {
    if (!(await step(level)) || signal.aborted) break;
  }
  for (let more = 0; more < RAMP_REFINEMENTS && !signal.aborted; more += 1) {
    if (held === undefined || broke === undefined) break;
    const middle = rounded(profile, Math.sqrt(held * broke));
    if (middle <= held || middle >= broke) break;
    await step(middle);
    if (runs.at(-1)?.finding.outcome === 'unknown') break;
  }
  const bent = runs.some(({ finding }) => finding.outcome !== 'pass');
  return held !== undefined && bent ? [...runs, ...(await runAfter(profile, surroundings))] : runs;
}

/** The usual level, the peaks, and after a time to recover the usual level again. */
async function runPeaks(
  profile: LoadProfile,
  peaks: readonly number[],
  surroundings: StageSurroundings,
): Promise<StageRun[]> {
  const { run, signal } = surroundings;
  const usual = await run(stageOf(profile, 'usual', firstLevel(profile)));
  const runs = [usual];
  // What does not hold at its usual level is not pushed further.
  if (usual.finding.outcome !== 'pass') return runs;
  for (const level of peaks) {
    if (signal.aborted) return runs;
    const said = await run(stageOf(profile, 'peak', level));
    runs.push(said);
    if (said.finding.outcome === 'unknown') break;
  }
  return [...runs, ...(await runAfter(profile, surroundings))];
}

/** The usual level again, after a time to recover; nothing when the test has ended meanwhile. */
async function runAfter(profile: LoadProfile, { run, signal }: StageSurroundings): Promise<StageRun[]> {
  // An abort ends the pause early, and is looked at right below.
  await pause(profile.recoveryS * 1000, undefined, { signal }).catch(() => undefined);
  return signal.aborted ? [] : [await run(stageOf(profile, 'after', firstLevel(profile)))];
}

async function runSoak(profile: LoadProfile, { run, signal }: StageSurroundings): Promise<StageRun[]> {
  const runs: StageRun[] = [];
  const durationS = profile.durationS / SOAK_SLICES;
  for (let slice = 1; slice <= SOAK_SLICES && !signal.aborted; slice += 1) {
    const stage = stageOf(profile, 'slice', firstLevel(profile));
    const said = await run({
      ...stage,
      name: `slice ${slice} of ${SOAK_SLICES}`,
      profile: { ...stage.profile, durationS, warmupS: slice === 1 ? profile.warmupS : 0 },
    });
    runs.push(said);
    if (said.finding.outcome !== 'pass') break;
  }
  return runs;
}

function stageOf(profile: LoadProfile, role: StageRole, level: number): Stage {
  const latencyAndErrors = { ...profile.thresholds, minimumRate: undefined };
  const { errorRate } = profile.thresholds;
  // Of a ramp or stress the least rate is asked of the knee, not of every level.
  const ofTheKnee = profile.kind === 'ramp' || profile.kind === 'stress';
  const everywhere = ofTheKnee ? latencyAndErrors : profile.thresholds;
  const atPeak =
    profile.atPeak ?? (profile.kind === 'spike' ? { errorRate: errorRate ?? 0.01 } : latencyAndErrors);
  return {
    name: NAMES[role],
    role,
    level,
    profile: {
      ...profile,
      kind: 'baseline',
      peak: undefined,
      atPeak: undefined,
      thresholds: role === 'peak' ? atPeak : everywhere,
      ...(profile.rate === undefined ? { connections: level } : { rate: level }),
    },
  };
}

const NAMES: Record<StageRole, string> = {
  usual: 'usual level',
  step: 'step',
  peak: 'peak',
  after: 'after the peak',
  slice: 'slice',
};

function firstLevel(profile: LoadProfile): number {
  return profile.rate ?? profile.connections;
}

function peakOf(profile: LoadProfile): number {
  return profile.peak ?? firstLevel(profile);
}

function rounded(profile: LoadProfile, level: number): number {
  return profile.rate === undefined ? Math.round(level) : Number(level.toPrecision(3));
}
