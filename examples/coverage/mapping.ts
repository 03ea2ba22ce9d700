import type { Urgency } from '../../contract/notify/level.ts';

/** What is still to come, and counted apart. */
export type Later = 'The night' | 'Every five minutes';

/** Where one statement of a cut-over document went. */
export type Cover =
  /** Checks that say it, each planned in the phase of the statement. */
  | { readonly check: string | readonly string[]; readonly note?: string }
  /** A person states it: an id of `policy.attestations` of that phase. */
  | { readonly statement: string; readonly note?: string }
  /** A line of the policy: `preflight.maxAgeMinutes`, `default.advisory`. */
  | { readonly policy: string; readonly note: string }
  /** A text of `greenlight announce`, in a step of the runbook. */
  | { readonly announce: 'success' | 'rollback' | 'status-page' | 'stakeholders'; readonly note?: string }
  /** A command of Greenlight, in a step of the runbook: `status --max-age 11m`. */
  | { readonly command: string; readonly note?: string }
  /** Channels of `notify`, by the route of incidents of this kind. */
  | {
      readonly told: { readonly kind: string; readonly urgency: Urgency; readonly to: readonly string[] };
      readonly note?: string;
    }
  /** It belongs to a capability that is to come. */
  | { readonly later: Later; readonly note: string };

/** Every statement of one document, by its id. */
export type Coverage = Readonly<Record<string, Cover>>;

/** How a statement is covered, in words. */
export type CoverKind = 'check' | 'statement' | 'policy' | 'announce' | 'command' | 'told' | 'later';

export function kindOfCover(cover: Cover): CoverKind {
  if ('check' in cover) return 'check';
  if ('statement' in cover) return 'statement';
  if ('announce' in cover) return 'announce';
  if ('command' in cover) return 'command';
  if ('told' in cover) return 'told';
  return 'policy' in cover ? 'policy' : 'later';
}
