import { z } from 'zod';
import type { CheckRecord, RunRecord } from '../history/run-record.ts';
import { Incident, type Transition } from './incident.ts';
import { isWorse, type Level } from './level.ts';
import { maintenanceIn } from './maintenance.ts';
import { BLIND_KIND } from './notify.ts';
import type { IncidentRules, WatchedCheck } from './watched-checks.ts';

/** What one place has seen of one check lately. */
const Track = z.object({
  /** The last runs that could tell, oldest first; never more than are counted. */
  seen: z.array(z.object({ at: z.string(), failed: z.boolean() })),
  /** It is broken from here: enough of them failed, and not enough passed since. */
  brokenSince: z.string().nullable(),
  /** Runs in a row that could not tell, since when, and of which incident it is a part by now. */
  unknown: z.object({ runs: z.number(), since: z.string() }).nullable(),
  blindAs: z.string().nullable(),
});
type Track = z.infer<typeof Track>;

/** All that has to be remembered between two runs. It is data: written to a file and read again, nothing changes. */
export const IncidentState = z.object({
  /** By place, then by check. */
  tracks: z.record(z.string(), z.record(z.string(), Track)),
  /** How many runs of other places came since the last of each place. */
  since: z.record(z.string(), z.number()).default({}),
  /** Open incidents, by what they are about. */
  open: z.record(z.string(), Incident),
  /** Runs that were counted already, newest last: a record that comes twice counts once. */
  counted: z.array(z.string()),
});
export type IncidentState = z.infer<typeof IncidentState>;

export const NOTHING_SEEN: IncidentState = { tracks: {}, since: {}, open: {}, counted: [] };

/** So far back may a record be that was written late, by another place. */
export const LATE_RECORDS = 100;
/** So many runs are remembered as counted. */
export const MOST_COUNTED = 2 * LATE_RECORDS;
/** A place that nobody named is gone after so many runs of others: a day of one each five minutes. */
const GONE_AFTER_RUNS = 300;
/** The track of a run as a whole, beside those of its checks; no check has this id. */
const WHOLE_RUN = '';
const FRESH: Track = { seen: [], brokenSince: null, unknown: null, blindAs: null };

/**
 * What has changed for the worse or the better, given the records of runs in the order in which they were written. Pure:
 * the same records in one piece or in several give the same transitions.
 *
 * A check is broken from a place when `open.failed` of its last `open.of` known results failed, none of them further than
 * `withinMs` from the newest, and well again after `resolveAfter` passes in a row. A result that nobody could tell counts
 * as neither. The incident opens when enough places say so. Times in records are those of other clocks: they are compared
 * with each other only, so that a clock that is wrong neither loses an incident nor repeats one.
 */
export function decideIncidents(
  records: readonly RunRecord[],
  rules: IncidentRules,
  before: IncidentState = NOTHING_SEEN,
): { readonly transitions: readonly Transition[]; readonly state: IncidentState } {
  const transitions: Transition[] = [];
  let state = before;
  for (const record of records) {
    const next = afterRun(state, record, rules);
    transitions.push(...next.transitions);
    state = next.state;
  }
  return { transitions, state };
}

interface Step {
  readonly transitions: readonly Transition[];
  readonly state: IncidentState;
}

function afterRun(state: IncidentState, record: RunRecord, rules: IncidentRules): Step {
  if (record.target !== rules.target || state.counted.includes(record.run)) return { transitions: [], state };
  const counted = [...state.counted, record.run].slice(-MOST_COUNTED);
  // A start that found another run at work, or nothing to do, says nothing about the target.
  if (record.skipped !== null) return { transitions: [], state: { ...state, counted } };
  const covered = coveredBy(record, rules);
  const tracks = { ...state.tracks[record.location] };
  for (const watched of rules.checks) {
    const seen = record.checks.find(({ id }) => id === watched.id);
    if (seen === undefined) continue;
    tracks[watched.id] = followed(tracks[watched.id] ?? FRESH, seen, watched, {
      at: record.endedAt,
      covered: covered(watched.id),
      cause: record.blind[0]?.cause,
      rules,
    });
  }
  tracks[WHOLE_RUN] = followedWhole(tracks[WHOLE_RUN] ?? FRESH, record, covered(WHOLE_RUN), rules);
  const since = Object.fromEntries(
    Object.keys({ ...state.tracks, [record.location]: tracks }).map((place) => [
      place,
      place === record.location ? 0 : (state.since[place] ?? 0) + 1,
    ]),
  );
  const all = { ...state, tracks: { ...state.tracks, [record.location]: tracks }, since, counted };
  return withIncidents(stillWatched(all, rules), record, rules);
}

/**
 * Without what nobody looks at any more: checks that the plan lost, which would be broken at once when they come back;
 * places that it does not name; and where it names none, those from which somebody looked for a while, by hand.
 */
function stillWatched(state: IncidentState, { checks, locations }: IncidentRules): IncidentState {
  const ids = new Set([WHOLE_RUN, ...checks.map(({ id }) => id)]);
  const watchedFrom = (place: string): boolean =>
    locations?.of.includes(place) ?? (state.since[place] ?? 0) <= GONE_AFTER_RUNS;
  const places = Object.entries(state.tracks).filter(([place]) => watchedFrom(place));
  return {
    ...state,
    tracks: Object.fromEntries(
      places.map(([place, tracks]) => [
        place,
        Object.fromEntries(Object.entries(tracks).filter(([id]) => ids.has(id))),
      ]),
    ),
    since: Object.fromEntries(Object.entries(state.since).filter(([place]) => watchedFrom(place))),
  };
}

/** Whether maintenance covers a check in this run. */
function coveredBy(record: RunRecord, { maintenance }: IncidentRules): (check: string) => boolean {
  const windows = maintenanceIn(maintenance, {
    start: Date.parse(record.startedAt),
    end: Date.parse(record.endedAt),
  });
  return (check) => windows.some(({ checks }) => checks === undefined || checks.includes(check));
}

interface Moment {
  readonly at: string;
  readonly covered: boolean;
  /** Why nothing was seen, where a check does not say it of itself. */
  readonly cause: string | undefined;
  readonly rules: IncidentRules;
}

function followed(track: Track, seen: CheckRecord, watched: WatchedCheck, moment: Moment): Track {
  switch (seen.outcome) {
    case 'not-applicable':
      return track;
    case 'unknown':
    case 'not-run':
      return couldNotTell(track, seen, moment);
    case 'pass':
    case 'fail':
      // A failure that is accepted until a day is no reason to wake anybody.
      return couldTell(track, seen.outcome === 'fail' && seen.waived !== true, watched, moment);
  }
}

function couldNotTell(
  track: Track,
  seen: Pick<CheckRecord, 'outcome' | 'cause'>,
  { at, covered, cause, rules }: Moment,
): Track {
  if (covered) return track;
  const unknown = { runs: (track.unknown?.runs ?? 0) + 1, since: track.unknown?.since ?? at };
  // The first cause names the incident: one that changes from run to run must not open another each time.
  const blindAs =
    track.blindAs ?? (unknown.runs >= rules.blindAfter ? (seen.cause ?? cause ?? seen.outcome) : null);
  return { ...track, unknown, blindAs };
}

/** A run that is INCONCLUSIVE though no check says why: it found nothing to look at, or ended in a fault of ours. */
function followedWhole(track: Track, record: RunRecord, covered: boolean, rules: IncidentRules): Track {
  const { decision, blind, checks, endedAt: at } = record;
  const says = checks.some(
    ({ severity, outcome, waived }) =>
      severity === 'blocking' && waived !== true && /^(fail|unknown|not-run)$/.test(outcome),
  );
  if (decision !== 'INCONCLUSIVE' || says) return FRESH;
  const cause = blind.find((one) => one.checks.length === 0)?.cause ?? 'inconclusive';
  return couldNotTell(track, { outcome: 'unknown', cause }, { at, covered, cause, rules });
}

function couldTell(track: Track, failed: boolean, watched: WatchedCheck, moment: Moment): Track {
  const { at, covered } = moment;
  const told = { ...track, unknown: null, blindAs: null };
  // What breaks in maintenance is expected; what is seen to be well is well.
  if (covered && failed) return { ...told, seen: [] };
  const { open, resolveAfter, withinMs } = watched;
  const near = (one: { readonly at: string }): boolean => Date.parse(at) - Date.parse(one.at) <= withinMs;
  // Passes one after the other resolve however far apart they are: a check by the hour would else stay broken for ever.
  const before = track.brokenSince === null ? track.seen.filter(near) : track.seen;
  const seen = [...before, { at, failed }].slice(-Math.max(open.of, resolveAfter));
  if (track.brokenSince !== null) {
    const last = seen.slice(-resolveAfter);
    const well = last.length === resolveAfter && last.every((one) => !one.failed);
    // From here on it is counted anew: what failed before it was well is not held against it twice.
    return well ? { ...told, seen: last, brokenSince: null } : { ...told, seen };
  }
  const failures = seen.slice(-open.of).filter((one) => one.failed);
  const first = failures[0];
  const broken = first !== undefined && failures.length >= open.failed;
  return { ...told, seen, brokenSince: broken ? first.at : null };
}

function withIncidents(state: IncidentState, record: RunRecord, rules: IncidentRules): Step {
  const transitions: Transition[] = [];
  const open = new Map<string, Incident>();
  for (const standing of [...brokenChecks(state, rules), ...blindness(state, rules)]) {
    const { subject, since, locations, about, kind } = standing;
    const before = Object.hasOwn(state.open, subject) ? state.open[subject] : undefined;
    const level = levelNow(standing, record, before);
    const incident: Incident =
      before === undefined
        ? {
            id: `greenlight/${rules.target}/${subject}/${record.run}`,
            ...{ about, level, kind, since, openedAt: record.endedAt, locations },
          }
        : { ...before, about, level, locations };
    open.set(subject, incident);
    if (before === undefined) transitions.push(transition('opened', incident, record));
    else if (isWorse(level, before.level)) transitions.push(transition('raised', incident, record));
  }
  const known = new Set(rules.checks.map(({ id }) => id));
  const looked = { ...record, checks: record.checks.filter(({ id }) => known.has(id)) };
  for (const [subject, incident] of Object.entries(state.open))
    if (!open.has(subject)) transitions.push(transition('resolved', incident, looked));
  return { transitions, state: { ...state, open: Object.fromEntries(open) } };
}

/** What has to be open now. */
interface Standing {
  readonly subject: string;
  readonly about: Incident['about'];
  readonly kind: string;
  readonly since: string;
  readonly locations: string[];
  readonly level: Level;
  readonly levels: WatchedCheck['levels'];
}

function brokenChecks(state: IncidentState, rules: IncidentRules): readonly Standing[] {
  const { of, broken = 1 } = rules.locations ?? {};
  return rules.checks.flatMap(({ id, kind, level, levels }): Standing[] => {
    const places = Object.entries(state.tracks).flatMap(([location, checks]) => {
      const since = checks[id]?.brokenSince ?? null;
      return since === null || of?.includes(location) === false ? [] : [{ location, since }];
    });
    const oldest = places.map(({ since }) => since).sort(byTime)[0];
    if (oldest === undefined || places.length < broken) return [];
    return [
      {
        subject: `check/${id}`,
        about: { is: 'check', check: id },
        kind,
        level,
        levels,
        since: oldest,
        locations: places.map(({ location }) => location).sort(),
      },
    ];
  });
}

function blindness(state: IncidentState, rules: IncidentRules): readonly Standing[] {
  const known = new Set([WHOLE_RUN, ...rules.checks.map(({ id }) => id)]);
  return Object.entries(state.tracks).flatMap(([location, checks]) => {
    const causes = new Map<string, { checks: string[]; since: string[] }>();
    for (const [check, { blindAs, unknown }] of Object.entries(checks)) {
      if (blindAs === null || unknown === null || !known.has(check)) continue;
      const one = causes.get(blindAs) ?? { checks: [], since: [] };
      const named = check === WHOLE_RUN ? [] : [check];
      causes.set(blindAs, { checks: [...one.checks, ...named], since: [...one.since, unknown.since] });
    }
    return [...causes].map(([cause, { checks: ids, since }]): Standing => ({
      subject: `blind/${location}/${cause}`,
      about: { is: 'blind', location, cause, checks: ids.sort() },
      kind: BLIND_KIND,
      level: rules.blindLevel,
      levels: [],
      since: since.sort(byTime)[0] ?? '',
      locations: [location],
    }));
  });
}

/** By what was measured now; an incident never gets better before it is over, so that it is not told up and down. */
function levelNow(
  { about, level, levels }: Standing,
  record: RunRecord,
  before: Incident | undefined,
): Level {
  const { measured, outcome } =
    about.is === 'check' ? (record.checks.find(({ id }) => id === about.check) ?? {}) : {};
  const holding =
    outcome !== 'fail' || typeof measured !== 'number'
      ? []
      : levels.filter(
          ({ above, below }) =>
            (above !== undefined && measured > above) || (below !== undefined && measured < below),
        );
  const worst = (one: Level, other: Level): Level => (isWorse(one, other) ? one : other);
  const now = holding.length === 0 ? undefined : holding.map((one) => one.level).reduce(worst);
  if (before === undefined) return now ?? level;
  return now === undefined ? before.level : worst(now, before.level);
}

function transition(what: Transition['what'], incident: Incident, record: RunRecord): Transition {
  const { about } = incident;
  const seen = about.is === 'check' ? record.checks.find(({ id }) => id === about.check) : undefined;
  const release =
    record.observed?.id ?? record.observed?.commit ?? record.wanted?.id ?? record.wanted?.commit;
  return {
    key: `${incident.id}#${what}@${record.run}`,
    what,
    incident,
    run: record.run,
    at: record.endedAt,
    summary: summaryOf(what, incident, record, seen),
    ...(seen?.measured !== undefined && { measured: seen.measured }),
    ...(seen?.threshold !== undefined && { threshold: seen.threshold }),
    ...(seen?.unit !== undefined && { unit: seen.unit }),
    ...(release !== undefined && { release }),
    ...(record.report !== undefined && { report: record.report }),
  };
}

function summaryOf(
  what: Transition['what'],
  { about }: Incident,
  record: RunRecord,
  seen: CheckRecord | undefined,
): string {
  if (about.is === 'blind') {
    if (what === 'resolved') return 'the checks can be told again';
    const of = record.blind.find(({ cause }) => cause === about.cause);
    const said = record.checks.find(({ id }) => about.checks.includes(id))?.summary;
    return of?.reason ?? said ?? (record.reason || about.cause);
  }
  if (seen === undefined) return what === 'resolved' ? 'the plan no longer looks at it' : 'it is broken';
  return seen.summary ?? (seen.outcome === 'pass' ? 'it passes' : `it ended as ${seen.outcome}`);
}

function byTime(one: string, other: string): number {
  return Date.parse(one) - Date.parse(other);
}
