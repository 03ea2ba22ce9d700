import { Unavailable } from '../contract/cannot-tell.ts';
import { unknownFinding } from '../contract/evidence/unknown-finding.ts';
import type { Finding } from '../contract/evidence/finding.ts';
import type { MetricsSource } from '../contract/slo/metrics-source.ts';
import type { Slo, SloLevel, SloObjective } from '../contract/slo/slo.ts';
import { budgetFinding, burnRateFinding } from './budget-finding.ts';
import { levelFinding } from './level-finding.ts';
import type { SloReader, SloReadings } from './read-slo.ts';
import { sinceSwitch } from './since-switch.ts';
import { openSource } from './sources/index.ts';

/** Opens the source of metrics that the plan names. @throws GreenlightError SECRET_MISSING */
export function openMetrics(
  source: MetricsSource,
  env: NodeJS.ProcessEnv = process.env,
  signal?: AbortSignal,
): SloReader {
  return openSource(source, env, signal);
}

/**
 * Evaluates one objective once. A store that gives no answer makes it unknown: it is no evidence about the target.
 * @param nowMs by our own clock, for levels that begin at a switch
 */
export async function evaluateSlo(
  read: SloReader,
  slo: Slo,
  objective: SloObjective,
  nowMs: number = Date.now(),
): Promise<Finding> {
  try {
    const readLevel = (level: SloLevel): Promise<SloReadings> => read(slo, level);
    if (objective.kind === 'burn-rate') return await burnRateFinding(readLevel, slo, objective);
    if (objective.kind === 'error-budget') return await budgetFinding(readLevel, slo, objective, nowMs);
    const level = sinceSwitch(slo, objective, nowMs);
    if ('outcome' in level) return { check: objective.id, ...level, sampleSize: 0 };
    return levelFinding(slo, level, await readLevel(level));
  } catch (error) {
    if (!(error instanceof Unavailable)) throw error;
    return unknownFinding(objective.id, error, {
      cause: 'metrics-unavailable',
      summary: `The metrics could not be read: ${error.message}`,
    });
  }
}
