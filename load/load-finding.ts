import { meaningOf } from '../contract/events/table.ts';
import type { Finding } from '../contract/evidence/finding.ts';
import type { LoadProfile } from '../contract/load/load-profile.ts';
import type { LoadResult } from '../contract/load/load-result.ts';
import { atLeast, atMost, type Statement } from '../contract/flow/statement.ts';
import type { ControlAnswer } from '../safety/ask-control.ts';
import { clearlyBroken, requestsNeeded, type Need } from './enough-requests.ts';
import { hiddenStall } from './hidden-stall.ts';
import { brokenShapes, doubtfulShapes, shapeStatements } from './shape-statements.ts';
import { triggersDraft } from './triggers-draft.ts';
import { healthUnseen, generatorDelay } from './generator-delay.ts';
import { rateLimited } from './rate-limited.ts';
import { connectionsFailed } from './connections-failed.ts';
import { coresItTakes, usersItTakes } from './generator-capacity.ts';
import { errorRate } from './error-rate.ts';
import { autocannonRemedy, brokenTexts, failure, generatorText, passSummary, round } from './load-words.ts';
import type { FindingDraft } from '../contract/evidence/finding-draft.ts';

export interface LoadEvidence {
  readonly profile: LoadProfile;
  readonly result: LoadResult;
  readonly control: ControlAnswer;
}

/** Share of failed requests that a profile without `errorRate` accepts: fast errors would make any latency look good. */
export const DEFAULT_ERROR_RATE = 0.01;
/** Share of arrivals that the engine may fail to start. */
export const DROPPED_TOLERANCE = 0.005;
/** Least share of the ordered arrival rate that must have been reached. */
export const LEAST_RATE_SHARE = 0.98;
/** From this share of one core on, a single-process engine may itself have been the limit of a closed model. */
const BUSY_CPU_PERCENT = 90;

/**
 * Judges what an engine measured against the limits of the profile. Pure. Order matters: first whether anything may be
 * said at all, then what was measured. Only measurements of the target say `fail`.
 */
export function loadFinding(evidence: LoadEvidence): Finding {
  const { profile, result } = evidence;
  const statements = loadStatements(profile, result);
  const nothing = nothingMeasured(evidence);
  if (nothing !== undefined) return finding(evidence, statements, nothing);

  const broken = limitStatements(profile, result).filter((statement) => !statement.ok);
  const lacking = lackingOf(profile, result);
  const fewForThePlan = result.requests < profile.minimumRequests;
  const clear = broken.filter(
    ({ name }) =>
      !(fewForThePlan || lacking.some((need) => need.name === name)) ||
      clearlyBroken(name, result, {
        thresholds: profile.thresholds,
        errorRate: errorLimit(profile),
        unansweredCount: evidence.control === 'answers' || !fewForThePlan,
      }),
  );
  // What a target answers is its own, whatever state we were in.
  const misshapen = brokenShapes(result.shapes ?? [], errorLimit(profile));
  const answered = clear.some(({ name }) => name === 'error rate');
  if (misshapen !== undefined && !answered) return finding(evidence, statements, misshapen);
  const doubt = notBelievable(evidence, clear);
  if (doubt !== undefined) return finding(evidence, statements, doubt);
  const [first] = clear;
  if (first !== undefined)
    return finding(evidence, statements, { outcome: 'fail', ...failure(clear, first, result) });

  const triggered = triggersDraft(profile, result);
  if (triggered !== undefined) return finding(evidence, statements, triggered);

  const few =
    fewerThanThePlan(profile, result, broken) ??
    (lacking.length === 0 ? undefined : tooFew(result, lacking, broken));
  const shapes = doubtfulShapes(result.shapes ?? [], errorLimit(profile));
  const short =
    (fewForThePlan ? few : lessThanOrdered(result)) ?? few ?? stallBehind(profile, result) ?? shapes;
  if (short !== undefined) return finding(evidence, statements, short);
  return finding(evidence, statements, { outcome: 'pass', summary: passSummary(result) });
}

/** Every limit of the profile as a statement about the result; none of them holds when nothing was measured. */
export function loadStatements(profile: LoadProfile, result: LoadResult): readonly Statement[] {
  return [...limitStatements(profile, result), ...shapeStatements(result.shapes ?? [], errorLimit(profile))];
}

function limitStatements(profile: LoadProfile, result: LoadResult): readonly Statement[] {
  const { thresholds } = profile;
  const latency = (name: 'p50' | 'p95' | 'p99', limit: number | undefined): Statement[] =>
    limit === undefined ? [] : [rounded(atMost(name, result.latency?.[name] ?? NaN, limit, 'ms'), 2)];
  const perSecond = result.durationMs > 0 ? result.requests / (result.durationMs / 1000) : NaN;
  return [
    ...latency('p50', thresholds.p50Ms),
    ...latency('p95', thresholds.p95Ms),
    ...latency('p99', thresholds.p99Ms),
    rounded(atMost('error rate', errorRate(result), errorLimit(profile)), 5),
    ...(thresholds.minimumRate === undefined
      ? []
      : [rounded(atLeast('requests per second', perSecond, thresholds.minimumRate, '1/s'), 2)]),
  ];
}

function nothingMeasured({ result, control }: LoadEvidence): FindingDraft | undefined {
  if (result.faults.length > 0) {
    return {
      outcome: 'unknown',
      cause: 'engine-fault',
      summary: `The load engine did not work properly: ${result.faults.join('; ')}`,
      remedy: 'correct the cause and repeat; a result with faults is never a pass',
    };
  }
  const unreachable =
    result.unreachable ??
    (result.requests > 0 && result.errors.connection === result.requests
      ? `all ${result.requests} connections failed`
      : undefined);
  if (unreachable !== undefined) {
    // Only an address that answers shows that it is the target, and not our own network, that is down.
    const { outcome } = meaningOf('refused', 'load', control);
    return {
      outcome,
      cause: 'unreachable',
      summary: `The target could not be reached, so nothing was measured: ${unreachable}`,
      ...(outcome === 'fail'
        ? { measured: unreachable, expected: 'connections' }
        : {
            remedy:
              control === 'silent'
                ? 'repair our own network (the control address does not answer either) and repeat'
                : 'see the readiness checks; with target.control set, a dead target can be told from a dead network',
          }),
    };
  }
  if (result.requests === 0 || result.latency === null) {
    return {
      outcome: 'unknown',
      cause: 'no-samples',
      summary: 'Not one request was finished, so nothing was measured',
      remedy: 'lengthen durationS, or look at what the engine sent',
    };
  }
  return undefined;
}

/** What the plan asks for guards a pass only: a breach that is clear is one, however few requests show it. */
function fewerThanThePlan(
  { minimumRequests }: LoadProfile,
  { requests }: LoadResult,
  broken: readonly Statement[],
): FindingDraft | undefined {
  if (requests >= minimumRequests) return undefined;
  return {
    outcome: 'unknown',
    cause: 'too-few-requests',
    summary: `Only ${requests} requests were finished; ${minimumRequests} are needed to say anything${perhapsChance(broken)}`,
    measured: requests,
    expected: `>= ${minimumRequests}`,
    unit: 'requests',
    remedy: 'lengthen durationS, add connections, or lower minimumRequests',
  };
}

function perhapsChance(broken: readonly Statement[]): string {
  return broken.length === 0 ? '' : `: ${brokenTexts(broken)}, but so few may show that by chance`;
}

/** The limits of which so few requests show nothing, the one that needs most first. */
function lackingOf(profile: LoadProfile, { requests, latency }: LoadResult): readonly Need[] {
  return requestsNeeded(profile.thresholds, errorLimit(profile))
    .filter((need) => (need.name === 'error rate' ? requests : (latency?.samples ?? 0)) < need.requests)
    .sort((a, b) => b.requests - a.requests);
}

function tooFew(
  { requests }: LoadResult,
  lacking: readonly Need[],
  broken: readonly Statement[],
): FindingDraft {
  const [most] = lacking;
  const needs = lacking.map((need) => `${need.name} needs ${need.requests}`).join(', ');
  return {
    outcome: 'unknown',
    cause: 'too-few-requests',
    summary: `${requests} requests are too few to tell (${needs})${perhapsChance(broken)}`,
    measured: requests,
    expected: `>= ${most?.requests ?? 0}`,
    unit: 'requests',
    remedy: 'lengthen durationS, or raise connections or rate, until there are as many',
  };
}

/**
 * Whether a breach may come from our own side. Wrong answers of the target stand, whatever state we were in.
 * @param broken statements of which chance does not explain that they do not hold
 */
function notBelievable(
  { profile, result, control }: LoadEvidence,
  broken: readonly Statement[],
): FindingDraft | undefined {
  const limit = errorLimit(profile);
  const { status, assertion, timeout, connection } = result.errors;
  // No user asks as a generator does, so a limit that only it meets shows nothing, unless the plan says that it does.
  const limited = profile.rateLimits === 'count' ? 0 : (result.limited?.count ?? 0);
  if ((status + assertion - limited) / result.requests > limit) return undefined;
  if (limited > 0 && (status + assertion) / result.requests > limit) return rateLimited(result, limited);
  if (result.generator.saturated) {
    return {
      outcome: 'unknown',
      cause: 'generator-saturated',
      summary: `The load generator itself was overloaded (${generatorText(result)}), so its latencies are not the target's`,
      remedy:
        result.engine.name === 'autocannon'
          ? autocannonRemedy(result)
          : `run on a machine with more free cores${coresItTakes(result)}, or lower the rate`,
    };
  }
  if (control === 'silent' && (timeout + connection) / result.requests > limit) {
    return {
      outcome: 'unknown',
      cause: 'own-network',
      summary: `${timeout + connection} of ${result.requests} requests got no answer, but the control address does not answer either`,
      remedy: 'repair our own network and repeat',
    };
  }
  const lost = connectionsFailed(result, limit, control);
  if (lost !== undefined) return lost;
  const delay = generatorDelay(profile, result, broken);
  if (delay !== undefined)
    return {
      outcome: 'unknown',
      cause: 'within-own-delay',
      summary: delay,
      remedy: 'run on a machine with a free core and repeat',
    };
  // What arrived as ordered shows that a generator nobody saw got its processor; in a closed model nothing shows it.
  const vouched = result.model === 'open' && lessThanOrdered(result) === undefined;
  const timeouts = timeout / result.requests > limit;
  const slow = broken.some(({ name }) => name.startsWith('p'));
  if (healthUnseen(result) && !vouched && (slow || timeouts))
    return {
      outcome: 'unknown',
      cause: 'generator-unseen',
      summary: `${brokenTexts(broken)}; but this system does not say how the load generator itself was, so it may have been the slow one`,
      remedy: 'repeat on Linux, or with a rate that is reached without dropped arrivals',
    };
  const [first, ...others] = broken;
  const cpu = result.generator.cpuPercent;
  if (first?.name === 'requests per second' && others.length === 0) {
    const reason =
      lessThanOrdered(result)?.summary ??
      (result.engine.name === 'autocannon' && cpu !== null && cpu >= BUSY_CPU_PERCENT
        ? `The generator used its whole core (${generatorText(result)}), so it may have been the limit itself`
        : undefined);
    if (reason !== undefined) {
      return {
        outcome: 'unknown',
        cause: 'generator-limit',
        summary: reason,
        measured: first.measured,
        expected: first.expected,
        remedy:
          result.engine.name === 'autocannon'
            ? autocannonRemedy(result)
            : `use a machine with more free cores${coresItTakes(result)}, or lower the rate`,
      };
    }
  }
  return undefined;
}

/** Less load than ordered: a breach under it still is one, but it cannot pass. */
export function lessThanOrdered(result: LoadResult): FindingDraft | undefined {
  if (result.targetRate === null) return undefined;
  const arrivals = result.targetRate * (result.durationMs / 1000);
  const remedy = `raise connections, the virtual users that are there from the start${usersItTakes(result)}, free the machine, or lower the rate`;
  if (result.dropped > arrivals * DROPPED_TOLERANCE) {
    return {
      outcome: 'unknown',
      cause: 'arrivals-dropped',
      summary: `The engine could not start ${result.dropped} of about ${Math.round(arrivals)} arrivals, so the target saw less load than ordered`,
      measured: result.dropped,
      expected: `<= ${DROPPED_TOLERANCE * 100} % of the arrivals`,
      remedy,
    };
  }
  if (!(result.achievedRate >= result.targetRate * LEAST_RATE_SHARE)) {
    return {
      outcome: 'unknown',
      cause: 'rate-not-reached',
      summary: `Only ${round(result.achievedRate, 2)} of ${result.targetRate} arrivals a second were reached`,
      measured: round(result.achievedRate, 2),
      expected: `>= ${round(result.targetRate * LEAST_RATE_SHARE, 2)}`,
      unit: '1/s',
      remedy,
    };
  }
  return undefined;
}

function stallBehind({ thresholds }: LoadProfile, result: LoadResult): FindingDraft | undefined {
  const limits = [
    ['p50', thresholds.p50Ms],
    ['p95', thresholds.p95Ms],
    ['p99', thresholds.p99Ms],
  ] as const;
  for (const [name, limit] of limits) {
    const hidden = limit === undefined ? undefined : hiddenStall(result, name, limit);
    if (hidden === undefined) continue;
    return {
      outcome: 'unknown',
      cause: 'stall-hidden',
      summary: hidden,
      remedy: 'look why the target stands still; engine "k6" with a rate measures what users then see',
    };
  }
  return undefined;
}

function finding(
  { profile, result }: LoadEvidence,
  statements: readonly Statement[],
  saying: FindingDraft,
): Finding {
  return {
    check: profile.id,
    ...saying,
    sampleSize: result.requests,
    detail: { kind: 'load', result, statements: [...statements] },
  };
}

function errorLimit({ thresholds }: LoadProfile): number {
  return thresholds.errorRate ?? DEFAULT_ERROR_RATE;
}

/** Only what is shown is rounded, never what is compared. */
function rounded(statement: Statement, digits: number): Statement {
  return typeof statement.measured === 'number'
    ? {
        ...statement,
        measured: Number.isFinite(statement.measured) ? round(statement.measured, digits) : 'nothing',
      }
    : statement;
}
