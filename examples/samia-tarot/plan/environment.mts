/** An address or a name from the environment; the default is what the cut-over document names. */
export function env(name: string, otherwise: string): string {
  const value = process.env[name];
  return value === undefined || value === '' ? otherwise : value;
}

/** The release: the tag that the workflow is started with. */
export const RELEASE = env('SAMIA_RELEASE', 'v1.0.0');
/** Where the repository of Samia Tarot is checked out, seen from this plan. */
export const REPOSITORY = env('SAMIA_REPOSITORY', '.');
/** Where the back-ups are, seen from this plan. */
export const BACKUPS = env('SAMIA_BACKUPS', './backups');
/** A script of that repository, in the words of `allow.commands`. */
export const script = (name: string): string => `${REPOSITORY}/scripts/${name}`;

/** Levels begin at the switch, where it is told: requests of the release before do not count. */
export function sinceSwitch(): { readonly since?: string } {
  const at = env('SAMIA_CUTOVER_AT', '');
  return at === '' ? {} : { since: at };
}
