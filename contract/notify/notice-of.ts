import { spanWords } from '../plan/duration.ts';
import type { Transition } from './incident.ts';
import { URGENCY_OF } from './level.ts';
import type { Notice } from './notice.ts';
import type { IncidentRules, WatchedCheck } from './watched-checks.ts';

const VERBS: Readonly<Record<Transition['what'], string>> = {
  opened: 'is broken',
  raised: 'got worse',
  resolved: 'is well again',
};
const BLIND_VERBS: Readonly<Record<Transition['what'], string>> = {
  opened: 'cannot be seen',
  raised: 'cannot be seen',
  resolved: 'can be seen again',
};

/** What people are told of one transition. Pure; texts of the target are still as they came. */
export function noticeOf(transition: Transition, rules: IncidentRules): Notice {
  const { incident, what } = transition;
  const { about } = incident;
  const watched = about.is === 'check' ? rules.checks.find(({ id }) => id === about.check) : undefined;
  const subject =
    about.is === 'check' ? (watched?.title ?? about.check) : `${rules.target} from ${about.location}`;
  const verb = (about.is === 'check' ? VERBS : BLIND_VERBS)[what];
  return {
    key: transition.key,
    incident: incident.id,
    what,
    level: incident.level,
    kind: incident.kind,
    target: rules.target,
    about: about.is === 'check' ? about.check : `blind-${about.location}-${about.cause}`,
    headline:
      about.is === 'check'
        ? `${incident.level} ${rules.target}: ${about.check} ${verb}`
        : `${incident.level} ${subject} ${verb} (${about.cause})`,
    summary: about.is === 'check' ? `${subject}: ${transition.summary}` : transition.summary,
    facts: factsOf(transition, watched).filter(({ value }) => value !== ''),
    ...(watched?.runbook !== undefined && { runbook: watched.runbook }),
    ...(transition.report !== undefined && { report: transition.report }),
    openedAt: incident.openedAt,
    at: transition.at,
  };
}

function factsOf(transition: Transition, watched: WatchedCheck | undefined): Notice['facts'] {
  const { incident, what, measured, threshold, unit = '' } = transition;
  const { about, since, level, locations } = incident;
  const shown = (value: Transition['measured']): string =>
    value === undefined ? '' : `${String(value)} ${unit}`.trim();
  const lasted = Date.parse(transition.at) - Date.parse(since);
  return [
    { name: 'Since', value: what === 'resolved' && lasted > 0 ? `${since} (${spanWords(lasted)})` : since },
    { name: 'Measured', value: shown(measured) },
    { name: 'Wanted', value: shown(threshold) },
    { name: 'Level', value: `${level} (${URGENCY_OF[level]})` },
    { name: 'From', value: locations.join(', ') },
    { name: 'Release', value: transition.release ?? '' },
    { name: 'Run', value: transition.run },
    { name: 'Checks', value: about.is === 'blind' ? listed(about.checks) : '' },
    { name: 'Owner', value: watched?.owner ?? '' },
    { name: 'Next step', value: what === 'resolved' ? '' : nextStep(about.is, watched) },
  ];
}

function nextStep(is: 'check' | 'blind', watched: WatchedCheck | undefined): string {
  if (watched?.nextStep !== undefined) return watched.nextStep;
  if (is === 'blind')
    return 'Nothing is known of the target meanwhile: look at the network, credentials and limits of the machine that runs the checks.';
  if (watched?.runbook !== undefined) return 'Read the runbook.';
  return 'Read the report of the run; greenlight history shows the runs before.';
}

const MOST_LISTED = 10;

function listed(names: readonly string[]): string {
  const more = names.length - MOST_LISTED;
  return `${names.slice(0, MOST_LISTED).join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}
