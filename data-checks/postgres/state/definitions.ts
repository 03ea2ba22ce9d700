import type { StateCheckId } from '../../../contract/state-checks.ts';
import * as grown from './grown.ts';
import * as health from './health.ts';
import * as kept from './kept.ts';
import { orphans } from './orphans.ts';
import { sequences } from './sequences.ts';
import { duplicateKeys } from './unique-keys.ts';
import type { Source } from './sources.ts';
import type { StateFinding } from './state.ts';

type Severity = StateFinding['severity'];

/** How one check is asked and judged. */
export type StateDefinition =
  /** The new side must be sound in itself; what the old side suffered from, too, is only warned of. */
  | {
      readonly kind: 'sound';
      readonly source: Source;
      /** The old side's state is no excuse: there, it may well be meant. */
      readonly own?: true;
    }
  /** The new side must be as far as the old one, or further. */
  | { readonly kind: 'grown'; readonly source: Source }
  /** The old side, watched for a while. */
  | { readonly kind: 'quiet' }
  /** What the old side had, the new one must have. */
  | {
      readonly kind: 'kept';
      readonly source: Source;
      readonly lost: Severity;
      readonly changed: Severity;
    };

const sound = (source: Source): StateDefinition => ({ kind: 'sound', source });
const keep = (source: Source, lost: Severity, changed: Severity): StateDefinition => ({
  kind: 'kept',
  source,
  lost,
  changed,
});

/** One line for each check; the compiler demands it. */
export const STATE_DEFINITIONS: Readonly<Record<StateCheckId, StateDefinition>> = {
  'sequences-are-ahead': sound(sequences),
  'sequences-go-on': { kind: 'grown', source: grown.nextValues },
  'constraints-are-valid': sound(health.invalidConstraints),
  'indexes-are-valid': sound(health.invalidIndexes),
  'keys-are-unique': sound(duplicateKeys),
  'triggers-are-enabled': sound(health.disabledTriggers),
  'foreign-keys-hold': sound(orphans),
  'statistics-are-there': sound(health.missingStatistics),
  'collations-are-current': sound(health.staleCollations),
  'tables-survive-a-crash': sound(health.unloggedTables),
  'views-are-filled': sound(health.unfilledViews),
  'tables-are-fresh': { kind: 'grown', source: grown.newestRows },
  'large-objects-are-kept': keep(kept.largeObjects, 'blocking', 'blocking'),
  'subscriptions-are-gone': sound(health.subscriptions),
  'slots-are-gone': { kind: 'sound', source: health.unreadSlots, own: true },
  'writing-is-allowed': { kind: 'sound', source: health.readOnly, own: true },
  'settings-are-kept': keep(kept.settings, 'blocking', 'blocking'),
  'extensions-are-kept': keep(kept.extensions, 'blocking', 'advisory'),
  'columns-are-kept': keep(kept.columns, 'blocking', 'blocking'),
  'types-are-kept': keep(kept.types, 'blocking', 'blocking'),
  'sequences-are-kept': keep(kept.sequences, 'blocking', 'advisory'),
  'constraints-are-kept': keep(kept.constraints, 'blocking', 'blocking'),
  'indexes-are-kept': keep(kept.indexes, 'blocking', 'blocking'),
  'triggers-are-kept': keep(kept.triggers, 'blocking', 'blocking'),
  'routines-are-kept': keep(kept.routines, 'blocking', 'blocking'),
  'owners-are-kept': keep(kept.owners, 'advisory', 'advisory'),
  'grants-are-kept': keep(kept.grants, 'blocking', 'advisory'),
  'default-privileges-are-kept': keep(kept.defaultPrivileges, 'blocking', 'advisory'),
  'row-security-is-kept': keep(kept.rowSecurity, 'blocking', 'blocking'),
  'role-settings-are-kept': keep(kept.roleSettings, 'blocking', 'blocking'),
  'old-side-is-quiet': { kind: 'quiet' },
};
