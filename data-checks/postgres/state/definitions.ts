import type { StateCheckId } from '../../../contract/plan/state-checks.ts';
import * as grown from './grown.ts';
import * as health from './health.ts';
import * as relation from './kept/definitions-of-relations.ts';
import * as access from './kept/grants.ts';
import { largeObjects } from './kept/large-objects.ts';
import { objects } from './kept/objects.ts';
import { refusals } from './kept/refusals.ts';
import * as kept from './kept/relations.ts';
import { routines } from './kept/routines.ts';
import * as setting from './kept/settings.ts';
import { types } from './kept/types.ts';
import { orphans } from './orphans.ts';
import { sequences } from './sequences.ts';
import { missingStatistics } from './statistics.ts';
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
    }
  /** What the new side has beyond the old one, and what may refuse writes. */
  | { readonly kind: 'added'; readonly source: Source };

const sound = (source: Source): StateDefinition => ({ kind: 'sound', source });
/** Names are printed with their schema, whatever the role's own `search_path` would hide. */
function printed(source: Source): Source {
  return async (session) => {
    await session.client.query('set local search_path = pg_catalog');
    return source(session);
  };
}

const keep = (source: Source, lost: Severity, changed: Severity): StateDefinition => ({
  kind: 'kept',
  source: printed(source),
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
  'statistics-are-there': sound(missingStatistics),
  'collations-are-current': sound(health.staleCollations),
  'tables-survive-a-crash': sound(health.unloggedTables),
  'views-are-filled': sound(health.unfilledViews),
  'tables-are-fresh': { kind: 'grown', source: grown.newestRows },
  'large-objects-are-kept': keep(largeObjects, 'blocking', 'blocking'),
  'subscriptions-are-gone': sound(health.subscriptions),
  'slots-are-gone': { kind: 'sound', source: health.unreadSlots, own: true },
  'writing-is-allowed': { kind: 'sound', source: health.readOnly, own: true },
  'settings-are-kept': keep(setting.settings, 'blocking', 'blocking'),
  'extensions-are-kept': keep(setting.extensions, 'blocking', 'advisory'),
  'columns-are-kept': keep(kept.columns, 'blocking', 'blocking'),
  'types-are-kept': keep(types, 'blocking', 'blocking'),
  'sequences-are-kept': keep(kept.sequences, 'blocking', 'advisory'),
  'constraints-are-kept': keep(relation.constraints, 'blocking', 'blocking'),
  'indexes-are-kept': keep(relation.indexes, 'blocking', 'blocking'),
  'triggers-are-kept': keep(relation.triggers, 'blocking', 'blocking'),
  'routines-are-kept': keep(routines, 'blocking', 'blocking'),
  'owners-are-kept': keep(access.owners, 'advisory', 'advisory'),
  'grants-are-kept': keep(access.grants, 'blocking', 'advisory'),
  'default-privileges-are-kept': keep(access.defaultPrivileges, 'blocking', 'advisory'),
  'row-security-is-kept': keep(relation.rowSecurity, 'blocking', 'blocking'),
  'role-settings-are-kept': keep(setting.roleSettings, 'blocking', 'blocking'),
  'objects-are-kept': keep(objects, 'blocking', 'blocking'),
  'writes-are-not-refused': { kind: 'added', source: printed(refusals) },
  'old-side-is-quiet': { kind: 'quiet' },
};
