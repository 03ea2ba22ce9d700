import * as health from './health.ts';
import * as kept from './kept.ts';
import { orphans } from './orphans.ts';
import { sequences } from './sequences.ts';
import type { Source } from './sources.ts';
import type { StateCheckId, StateFinding } from './state.ts';

type Severity = StateFinding['severity'];

/** How one check is asked and judged. */
export type StateDefinition =
  /** The new side must be sound in itself; what the old side suffered from, too, is only warned of. */
  | { readonly kind: 'sound'; readonly title: string; readonly source: Source }
  /** What the old side had, the new one must have. */
  | {
      readonly kind: 'kept';
      readonly title: string;
      readonly source: Source;
      readonly lost: Severity;
      readonly changed: Severity;
    };

const sound = (title: string, source: Source): StateDefinition => ({ kind: 'sound', title, source });
const keep = (title: string, source: Source, lost: Severity, changed: Severity): StateDefinition => ({
  kind: 'kept',
  title,
  source,
  lost,
  changed,
});

/** One line for each check; the compiler demands it. */
export const STATE_DEFINITIONS: Readonly<Record<StateCheckId, StateDefinition>> = {
  'sequences-are-ahead': sound('Every sequence goes on after the values that are there', sequences),
  'constraints-are-valid': sound('Every constraint is validated and enforced', health.invalidConstraints),
  'indexes-are-valid': sound('Every index is valid', health.invalidIndexes),
  'triggers-are-enabled': sound('Every trigger and rule is enabled', health.disabledTriggers),
  'foreign-keys-hold': sound('No row names a row that is not there', orphans),
  'statistics-are-there': sound('Every table with rows has statistics', health.missingStatistics),
  'collations-are-current': sound('Text is sorted as when the indexes were built', health.staleCollations),
  'tables-survive-a-crash': sound('No table is unlogged', health.unloggedTables),
  'views-are-filled': sound('Every materialized view is filled', health.unfilledViews),
  'subscriptions-are-gone': sound('No subscription was left behind', health.subscriptions),
  'settings-are-kept': keep(
    'Settings that change results are the same',
    kept.settings,
    'blocking',
    'blocking',
  ),
  'extensions-are-kept': keep('Every extension is there', kept.extensions, 'blocking', 'advisory'),
  'columns-are-kept': keep('Every table, view and column is there', kept.columns, 'blocking', 'blocking'),
  'constraints-are-kept': keep('Every constraint is there', kept.constraints, 'blocking', 'blocking'),
  'indexes-are-kept': keep('Every index is there', kept.indexes, 'blocking', 'blocking'),
  'triggers-are-kept': keep('Every trigger is there', kept.triggers, 'blocking', 'blocking'),
  'routines-are-kept': keep('Every function and procedure is there', kept.routines, 'blocking', 'blocking'),
  'owners-are-kept': keep('Owners are the same', kept.owners, 'advisory', 'advisory'),
  'grants-are-kept': keep('Every grant is there', kept.grants, 'blocking', 'advisory'),
  'default-privileges-are-kept': keep(
    'Every default privilege is there',
    kept.defaultPrivileges,
    'blocking',
    'advisory',
  ),
  'row-security-is-kept': keep('Row-level security is the same', kept.rowSecurity, 'blocking', 'blocking'),
  'role-settings-are-kept': keep(
    'Settings of roles and of the database are the same',
    kept.roleSettings,
    'blocking',
    'blocking',
  ),
};
