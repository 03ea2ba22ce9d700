/** An address or a name from the environment; the default is what the cut-over document names. */
export function env(name: string, otherwise: string): string {
  const value = process.env[name];
  return value === undefined || value === '' ? otherwise : value;
}

/** The release: the tag that the workflow is started with. */
export const RELEASE = env('ILS_RELEASE', 'v1.0.0');
/** Where the repository of ILS is checked out, seen from this plan. */
export const REPOSITORY = env('ILS_REPOSITORY', '.');
/** A script of that repository, in the words of `allow.commands`. */
export const script = (name: string): string => `${REPOSITORY}/scripts/${name}`;

/**
 * When traffic was switched last, as the workflow tells: by the roll-out, or by its undo. No level looks back beyond it. Where
 * nobody says it, windows are whole: new pods are new instances, and Prometheus tells them apart.
 */
const switchedAt = env('ILS_SWITCHED_AT', '');
export const SINCE_SWITCH: { readonly since?: string } = switchedAt === '' ? {} : { since: switchedAt };
/** For a store of logs, which does not: since the switch, or so many minutes. */
export function sinceSwitch(minutes: number): string | { readonly minutes: number } {
  return switchedAt === '' ? { minutes } : switchedAt;
}

/** Since the roll-out began, as the workflow tells, or so many minutes: what was before is of the old release. */
export function sinceCutOver(minutes: number): string | { readonly minutes: number } {
  const at = env('ILS_CUTOVER_AT', '');
  return at === '' ? { minutes } : at;
}
