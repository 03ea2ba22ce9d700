import { badLimit, leastEvents, windowLevel } from '../contract/slo/slo-events.ts';
import type { Slo, SloLevel, SloObjective } from '../contract/slo/slo.ts';
import { type AlertWeight, weighed } from './alert-weight.ts';
import type { PrometheusRule, RuleFile } from './prometheus-rule.ts';
import type { BurnRate } from './budget-finding.ts';
import { LEAST_COVERAGE, MOST_AGE_SCRAPES, ROUNDING } from './limits.ts';
import { MOST_PART } from './level-share.ts';
import { significantly } from './significant-rule.ts';
import { labelled, sloQueries } from './slo-queries.ts';

const BUCKETS = 'greenlight:slo:buckets';
const EVENTS = 'greenlight:slo:events';
const SHARE = 'greenlight:slo:share';
const KNOWN = 'greenlight:slo:known';

/**
 * The service levels of a plan as recording and alerting rules, from the same expressions that `greenlight slo` asks.
 * Pure. An alert resolves when its series vanish, so every level also has an alert for "nobody can tell": a target that
 * died under a firing alert must not look recovered.
 * @param weightOf what the plan says of a level, by its id; without it, each decides
 */
export function prometheusRules(
  slo: Slo,
  target: string,
  weightOf: (id: string) => AlertWeight = () => ({ advisory: false }),
): RuleFile {
  return {
    groups: slo.objectives.map((objective) => ({
      name: `greenlight-${objective.id}`,
      interval: seconds(slo.scrapeS),
      rules: rulesOf(slo, objective, target).flatMap((rule) => weighed(rule, weightOf(objective.id))),
    })),
  };
}

function rulesOf(slo: Slo, objective: SloObjective, target: string): PrometheusRule[] {
  if (objective.kind === 'burn-rate') return burning(slo, objective, target);
  if (objective.kind === 'error-budget') {
    const { windowS, atMost, expectedEvents, objective: wanted } = objective;
    const level = { ...windowLevel(objective, windowS), atMost };
    const budget = expectedEvents * (1 - wanted);
    return [...recording(slo, level, target, budget), ...alerting(level, target, objective.kind)];
  }
  return [...recording(slo, objective, target), ...alerting(objective, target)];
}

/** Every window of a burn rate is a level of its own; the alerts hold both windows of a pair against one rate. */
function burning(slo: Slo, burn: BurnRate, target: string): PrometheusRule[] {
  const windows = [...new Set(burn.pairs.flatMap(({ longS, shortS }) => [longS, shortS]))];
  const levelOf = (windowS: number): SloLevel => ({
    ...windowLevel(burn, windowS),
    id: `${burn.id}:${windowS}s`,
  });
  const labels = { slo: burn.id, target };
  const above = (windowS: number, limit: number): string => {
    const of = selectorOf(levelOf(windowS), target);
    return `(${of(SHARE)} > ${limit} + ${ROUNDING} and ${of(KNOWN)})`;
  };
  return [
    ...windows.flatMap((windowS) => recording(slo, levelOf(windowS), target)),
    ...burn.pairs.map(({ longS, shortS, factor }): PrometheusRule => {
      const limit = Number((factor * (1 - burn.objective)).toFixed(12));
      return {
        alert: 'GreenlightSloBreached',
        expr: `${above(longS, limit)} and on () ${above(shortS, limit)}`,
        labels: { ...labels, severity: 'critical', burn: `${factor}` },
        annotations: {
          summary: `${burn.title}: broken on ${target}`,
          description: `{{ $value | humanizePercentage }} of the events failed over ${longS} s, and as many over ${shortS} s: the error budget is spent more than ${factor} times as fast as it may be.`,
        },
      };
    }),
    {
      alert: 'GreenlightSloUnknown',
      expr: `max(${windows.map((windowS) => `absent(${selectorOf(levelOf(windowS), target)(KNOWN)})`).join(' or ')})`,
      for: seconds(Math.min(...windows)),
      labels: { ...labels, severity: 'unknown' },
      annotations: {
        summary: `${burn.title}: nobody can tell on ${target}`,
        description: 'A window has too little data, no traffic, or no target. That is not a healthy one.',
      },
    },
  ];
}

/** @param whole what the part is a share of; without it, of all events */
function recording(slo: Slo, objective: SloLevel, target: string, whole?: number): PrometheusRule[] {
  const labels = { slo: objective.id, target };
  const of = selectorOf(objective, target);
  const queries = sloQueries(slo, objective);
  const record = (name: string, expr: string): PrometheusRule => ({ record: name, expr, labels });
  if (objective.kind === 'latency') {
    return [
      record(BUCKETS, queries.total),
      record(EVENTS, `sum(${of(BUCKETS, 'le="+Inf"')})`),
      record(SHARE, `sum(${of(BUCKETS, `le=~"${boundary(objective.underS)}"`)}) / on () ${of(EVENTS)}`),
      record(KNOWN, known(slo, objective, of)),
    ];
  }
  const part = queries.part ?? '';
  // No series of failed events means none, once all labels of the selector have been seen.
  const counted =
    objective.kind === 'error-rate' || objective.kind === 'business-ratio'
      ? `(${part} or (0 * sum(${of(EVENTS)}) and on () ${queries.partExists ?? ''}))`
      : part;
  return [
    record(EVENTS, queries.total),
    record(SHARE, whole === undefined ? `${counted} / on () ${of(EVENTS)}` : `${counted} / ${whole}`),
    record(KNOWN, known(slo, objective, of, whole)),
  ];
}

/** 1 while something may be said about the level, and no series otherwise: the same conditions as in one evaluation. */
function known(slo: Slo, objective: SloLevel, of: ReturnType<typeof selectorOf>, whole?: number): string {
  const { instances, up, scrapes: present, gone, age, pushed, own } = sloQueries(slo, objective);
  // What a budget was spent by is counted whichever instances were there.
  const scrapes = whole === undefined ? present : `(${present} + on () (${gone} or on () vector(0)))`;
  const perInstance = objective.windowS / slo.scrapeS;
  return `group(${[
    `${instances} >= ${slo.instances}`,
    ...(objective.kind === 'availability' ? [] : [`${up} == ${instances}`]),
    `${scrapes} >= ${LEAST_COVERAGE * perInstance} * ${instances}`,
    `${scrapes} >= ${LEAST_COVERAGE * perInstance * slo.instances}`,
    `${age} <= ${MOST_AGE_SCRAPES * slo.scrapeS}`,
    ...(objective.kind === 'saturation'
      ? [`${of(EVENTS)} > 0`, `${own ?? ''} >= ${LEAST_COVERAGE * perInstance}`]
      : [
          ...(objective.kind === 'latency' ? [sameLayout(objective)] : []),
          carrying(objective, of, whole),
          `${of(SHARE)} * ${whole ?? `on () ${of(EVENTS)}`} <= on () (${MOST_PART} * ${of(EVENTS)} + 1)`,
        ]),
    // Neither NaN nor infinite.
    `abs(${of(SHARE)}) < Inf`,
  ]
    .map((condition) => `(${condition})`)
    .join(
      ' and on () ',
    )} unless on () ((${pushed}) > ${objective.windowS})${whole === undefined ? ` unless on () (${gone} > ${share(1 - LEAST_COVERAGE)} * ${scrapes})` : ''})`;
}

/** From so many events on the approximation of a rule agrees with the exact bound of one evaluation. */
const LEAST_FOR_CHANCE = 20;

/** Enough events for a pass, or a breach that is more than chance. A budget is counted, not estimated. */
function carrying(objective: SloLevel, of: ReturnType<typeof selectorOf>, whole?: number): string {
  const { pass } = leastEvents(objective);
  const enough = `${of(EVENTS)} >= ${pass}`;
  if (whole !== undefined && 'atMost' in objective)
    return `${enough} or on () (${of(SHARE)} > ${objective.atMost.critical} + ${ROUNDING})`;
  if (badLimit(objective) === undefined) return enough;
  const chance = significantly(objective, of(SHARE), of(EVENTS));
  return `${enough} or on () (${of(EVENTS)} >= ${LEAST_FOR_CHANCE} and on () (${chance}))`;
}

/** All histograms have the boundary: without it those of one release would answer for the others. */
function sameLayout({ histogram, underS, windowS }: Extract<SloLevel, { kind: 'latency' }>): string {
  const series = (le: string): string =>
    `count(last_over_time(${labelled(histogram, '_bucket', `le=${le}`)}[${windowS}s]))`;
  return `${series(`~"${boundary(underS)}"`)} == ${series('"+Inf"')}`;
}

function alerting(
  objective: SloLevel,
  target: string,
  kind: SloObjective['kind'] = objective.kind,
): PrometheusRule[] {
  const of = selectorOf(objective, target);
  const [level, upward] =
    'atLeast' in objective ? ([objective.atLeast, true] as const) : ([objective.atMost, false] as const);
  // An error budget is counted, not estimated; so is the time that something was up or full.
  const { pass, needed } = kind === objective.kind ? leastEvents(objective) : { pass: 0, needed: 0 };
  const chance =
    pass >= needed
      ? ''
      : ` and on () (${of(EVENTS)} >= ${needed} or on () (${significantly(objective, of(SHARE), of(EVENTS))}))`;
  const breach = (severity: 'critical' | 'warning', limit: number): PrometheusRule => ({
    alert: 'GreenlightSloBreached',
    expr: `${of(SHARE)} ${upward ? `< ${limit} - ${ROUNDING}` : `> ${limit} + ${ROUNDING}`} and ${of(KNOWN)}${severity === 'critical' ? chance : ''}`,
    ...(objective.forS === 0 ? {} : { for: seconds(objective.forS) }),
    labels: { slo: objective.id, target, severity },
    annotations: {
      summary: `${objective.title}: broken on ${target}`,
      description: `The ${kind} share is {{ $value | humanizePercentage }} over ${objective.windowS} s; ${upward ? 'at least' : 'at most'} ${Number((limit * 100).toFixed(6))} % is allowed.`,
    },
  });
  return [
    breach('critical', level.critical),
    ...(level.warning === undefined ? [] : [breach('warning', level.warning)]),
    {
      alert: 'GreenlightSloUnknown',
      expr: `absent(${of(KNOWN)})`,
      for: seconds(objective.windowS),
      labels: { slo: objective.id, target, severity: 'unknown' },
      annotations: {
        summary: `${objective.title}: nobody can tell on ${target}`,
        description: `For ${objective.windowS} s there was too little data, no traffic, or no target. That is not a healthy one.`,
      },
    },
  ];
}

/** A number as text, without the digits that arithmetic leaves behind. */
function share(value: number): string {
  return String(Number(value.toFixed(9)));
}

function selectorOf(objective: SloLevel, target: string): (name: string, more?: string) => string {
  const matchers = [`slo="${objective.id}"`, `target=${JSON.stringify(target)}`];
  return (name, more) => `${name}{${[...matchers, ...(more === undefined ? [] : [more])].join(',')}}`;
}

/** Exporters write the bucket of one second as `1` or `1.0`, that of half a second as `0.5` or `0.50`. */
function boundary(under: number): string {
  const text = String(under).replace('.', '[.]');
  return Number.isInteger(under) ? `${text}([.]0+)?` : `${text}0*`;
}

function seconds(value: number): string {
  return Number.isInteger(value) ? `${value}s` : `${Math.round(value * 1000)}ms`;
}
