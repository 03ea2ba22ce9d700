import { z } from 'zod';
import { CheckId } from '../plan/check-id.ts';
import { Duration } from '../plan/duration.ts';
import { Channel } from './channel.ts';
import { Level, Urgency } from './level.ts';
import { Maintenance } from './maintenance.ts';

/** A word of the plan: of a channel, or of a kind of incident. */
const Word = z
  .string()
  .regex(/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/, 'must be a word of small letters, digits and hyphens');

/** Kinds that nobody needs to name: of checks that say nothing else, and of our own blindness. */
export const USUAL_KIND = 'check';
/** We do not see the target: our network, credentials, limits. */
export const BLIND_KIND = 'blind';

const KOfN = z
  .strictObject({
    /** So many of them must have failed. */
    failed: z.number().int().min(1).max(100),
    /** Of the last so many runs in which the check was looked at. */
    of: z.number().int().min(1).max(100),
  })
  .refine(({ failed, of }) => failed <= of, {
    path: ['failed'],
    message: 'must not be more than "of": it could never happen',
  });

const ResolveAfter = z.number().int().min(1).max(100);

/** What an incident of one check is. */
const CheckRules = z.strictObject({
  /** How bad it is. Default: `P2` for a check that blocks, `P3` for one that is advisory. */
  level: Level.optional(),
  /**
   * How bad it is by the number that was measured: the worst that holds counts, and an incident that gets worse is told
   * again. Where none holds, `level`.
   */
  levels: z
    .array(
      z
        .strictObject({
          /** It holds above this number, in the unit of the check. */
          above: z.number().optional(),
          /** It holds below this number, in the unit of the check. */
          below: z.number().optional(),
          /** The level that it has then. */
          level: Level,
        })
        .refine(({ above, below }) => (above === undefined) !== (below === undefined), {
          message: 'give either "above" or "below"',
        }),
    )
    .optional(),
  /** A word of your own that routes can name, such as `security` or `budget`. Default: `check`. */
  kind: Word.optional(),
  /** When it opens, where that differs from the rest. */
  open: KOfN.optional(),
  /** When it is resolved, where that differs from the rest. */
  resolveAfter: ResolveAfter.optional(),
  /** What whoever is told does first, in one sentence. */
  nextStep: z.string().regex(/\S/, 'must say something').optional(),
});
export type CheckRules = z.infer<typeof CheckRules>;

/** Who is told of what. The first route whose conditions all hold is taken. */
const Route = z.strictObject({
  /** `critical` (P1, P2) or `warning` (P3, P4); default: both. */
  urgency: Urgency.optional(),
  /** Levels; default: all. */
  levels: z.array(Level).min(1).optional(),
  /** Kinds of incidents: those of `checks`, and `check`, `blind`; default: all. */
  kinds: z.array(Word).min(1).optional(),
  /** The channels that are told, by their names; none: it is recorded, and nobody is told. */
  to: z.array(Word),
});
export type Route = z.infer<typeof Route>;

/** Who is told when a scheduled check is broken, when, and how. */
export const Notify = z.strictObject({
  /** Where people are told, each under a name that routes use. */
  channels: z.record(Word, Channel),
  /** Who is told of what; the first that fits is taken, so special ones come first. */
  routes: z.array(Route).min(1),
  /** An incident opens when so many of the last runs saw the check fail; runs that could not tell are passed over. */
  open: KOfN.default({ failed: 2, of: 3 }),
  /** It is resolved when the check passed so many times, one after the other. */
  resolveAfter: ResolveAfter.default(2),
  /** "We are blind" opens when a check could not be told so many times, one after the other. */
  blindAfter: z.number().int().min(1).max(100).default(3),
  /** How bad it is that we see nothing. */
  blindLevel: Level.default('P2'),
  /**
   * Runs further apart than this are not counted together for opening. Default: twelve times the interval of the check,
   * and at least two days.
   */
  within: Duration.optional(),
  /** Where several places look (`synthetic.locations`) and keep one history together. Without it, each tells for itself. */
  locations: z
    .strictObject({
      /** An incident opens when it is broken from so many of them. */
      broken: z.number().int().min(1).default(1),
      /** The one place that tells; the others record. Default: the first. */
      tells: z.string().min(1).optional(),
    })
    .optional(),
  /** Single checks, by their ids. */
  checks: z.record(CheckId, CheckRules).default({}),
  /** Times in which something is expected to be broken. */
  maintenance: z.array(Maintenance).default([]),
});
export type Notify = z.infer<typeof Notify>;
