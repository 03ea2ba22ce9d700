import { decideIncidents, LATE_RECORDS, MOST_COUNTED } from '../contract/notify/decide-incidents.ts';
import type { Transition } from '../contract/notify/incident.ts';
import { noticeOf } from '../contract/notify/notice-of.ts';
import type { Notice } from '../contract/notify/notice.ts';
import { channelsFor } from '../contract/notify/routes.ts';
import { incidentRulesOf, type IncidentRules } from '../contract/notify/watched-checks.ts';
import type { RunRecord } from '../contract/history/run-record.ts';
import type { Phase } from '../contract/evidence/outcome.ts';
import type { Plan } from '../contract/plan/plan.ts';
import type { AlertDesk, AlertsEnd } from '../contract/ports/alert-desk.ts';
import type { Post } from '../host/post.ts';
import type { Redactor } from '../safety/redactor.ts';
import { deliver, enqueue } from './deliver.ts';
import { type Kept, outboxFile, readOutbox, writeOutbox } from './outbox.ts';
import { reachOf } from './reach.ts';

export interface DeskOptions {
  readonly plan: Plan;
  readonly phase: Phase;
  /** Absolute; what was told is kept there. */
  readonly stateDirectory: string;
  readonly env: NodeJS.ProcessEnv;
  /** Knows the secrets of the plan and of the environment. */
  readonly redactor: Redactor;
  readonly post: Post;
  readonly now: () => Date;
}

const NOTHING: AlertsEnd = { told: [], problems: [] };

/**
 * Decides after each run of one phase what people are told, and tells it by the channels of the plan: only what changed,
 * each change at least once. Whoever calls it holds the lease of the target.
 */
export function openAlertDesk(options: DeskOptions): AlertDesk {
  const { plan, phase, stateDirectory } = options;
  const rules = incidentRulesOf(plan, phase);
  const file = outboxFile(stateDirectory, plan.target.name, phase);
  return {
    async decideAlerts(run, before) {
      const { notify } = plan;
      if (notify === undefined) return NOTHING;
      const { locations } = notify;
      const tells = locations && (locations.tells ?? plan.synthetic.locations[0]);
      const unnamed = unnamedPlace(plan, run.location);
      if (tells !== undefined && tells !== run.location) return { told: [], problems: unnamed };
      const read = readOutbox(file);
      const decided = decidedSince(read, [...before, run], rules);
      const kept = withNews(read.kept, decided, options, rules);
      const reach = reachOf(options, notify, (next) => writeOutbox(file, next));
      // Before anything is sent: a machine that dies now must know what it owes.
      const unkept = writeOutbox(file, kept);
      const { told, problems, ...end } = await deliver(kept, reach);
      const reminded = await remind(end.kept, reach, notify);
      const all = [...unnamed, ...read.problems, ...(unkept ? [unkept] : []), ...problems, ...reminded];
      return { told, problems: [...new Set(all)] };
    },
  };
}

/** A place that the plan does not name counts for no incident; whoever looks from there must not believe that it does. */
function unnamedPlace({ synthetic: { locations } }: Plan, place: string): readonly string[] {
  if (locations.length === 0 || locations.includes(place)) return [];
  return [
    `nobody is told what is seen from ${place}: synthetic.locations names only ${locations.join(', ')} (--location says from where it looks)`,
  ];
}

interface Decided {
  readonly transitions: readonly Transition[];
  readonly incidents: Kept['incidents'];
}

/**
 * What changed since what was kept. Where nothing was kept, the history says what is open, and only that is told: whatever
 * is over was told by whoever kept it, or is no news any more.
 */
function decidedSince(
  { kept, isNew }: { readonly kept: Kept; readonly isNew: boolean },
  records: readonly RunRecord[],
  rules: IncidentRules,
): Decided {
  const late = isNew ? records : records.slice(-LATE_RECORDS);
  const { transitions, state } = decideIncidents(late, rules, kept.incidents);
  // What is read again and again, as a record of a clock that was ahead is for a year, must never be forgotten as counted.
  const again = new Set(late.map(({ run }) => run));
  const counted = [...state.counted.filter((run) => !again.has(run)), ...again].slice(-MOST_COUNTED);
  const open = new Set(Object.values(state.open).map(({ id }) => id));
  const last = records.at(-1)?.run;
  const news = transitions.filter(({ run, incident }) => !isNew || run === last || open.has(incident.id));
  return { transitions: news, incidents: { ...state, counted } };
}

function withNews(
  before: Kept,
  { transitions, incidents }: Decided,
  { plan, redactor, now }: DeskOptions,
  rules: IncidentRules,
): Kept {
  let kept: Kept = { ...before, incidents };
  const standing = new Map(Object.entries(before.standing));
  const heard = new Map(Object.entries(before.heard));
  // What waits for a channel that the plan no longer has goes to whom routes name now, where they do not have it.
  for (const { channel, notice, to } of before.waiting) {
    if (plan.notify === undefined || Object.hasOwn(plan.notify.channels, channel)) continue;
    const others = channelsFor(plan.notify, notice).filter((name) => !to.includes(name));
    kept = enqueue(kept, notice, others, now());
  }
  for (const transition of transitions) {
    const notice: Notice = redactor.deep(noticeOf(transition, rules));
    const channels = channelsOf(plan.notify, notice, heard.get(notice.incident));
    if (transition.what === 'resolved') {
      standing.delete(notice.incident);
      heard.delete(notice.incident);
    } else {
      standing.set(notice.incident, notice);
      heard.set(notice.incident, channels);
    }
    kept = enqueue(kept, notice, channels, now());
  }
  return { ...kept, standing: Object.fromEntries(standing), heard: Object.fromEntries(heard) };
}

/**
 * Whom routes name now, and whoever heard of the incident before: one that gets worse takes another route, and must not
 * stay open for ever where it was told first.
 */
function channelsOf(notify: Plan['notify'], notice: Notice, heard: readonly string[] = []): string[] {
  if (notify === undefined) return [];
  const still = heard.filter((name) => Object.hasOwn(notify.channels, name));
  return [...new Set([...channelsFor(notify, notice), ...still])];
}

/** A receiver that forgets is told again what is open, as long as it works. */
async function remind(
  { standing, heard, outages }: Kept,
  reach: ReturnType<typeof reachOf>,
  notify: NonNullable<Plan['notify']>,
): Promise<readonly string[]> {
  const open = Object.values(standing);
  const problems: string[] = [];
  for (const name of reach.names) {
    const own = open.filter((notice) => channelsOf(notify, notice, heard[notice.incident]).includes(name));
    if (own.length === 0 || outages[name] !== undefined) continue;
    try {
      const channel = await reach.open(name);
      await channel.remind?.(own);
    } catch (error) {
      problems.push(
        `${reach.words(name)}: ${error instanceof Error ? error.message : 'it could not be reminded'}`,
      );
    }
  }
  return problems;
}
