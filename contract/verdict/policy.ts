import { z } from 'zod';
import { CheckId } from '../plan/check-id.ts';
import { Duration } from '../plan/duration.ts';
import { Phase } from '../evidence/outcome.ts';

/** Blanks are no reason and nobody's name. */
const Said = z.string().regex(/\S/, 'must say something');
/** A year: what is meant to hold for longer was not judged, and a calendar has an end that dates cannot pass. */
const LONGEST_VALIDITY = 366 * 24 * 60;

/** An accepted failure: shown and counted apart, never hidden. It ends at `until`. */
export const Waiver = z.strictObject({
  /** The check whose failure is accepted. */
  check: CheckId,
  /** Why. */
  reason: Said,
  /** Who answers for it. */
  owner: Said,
  /** Last day on which it counts, `YYYY-MM-DD` (UTC). */
  until: z.iso.date(),
});
export type Waiver = z.infer<typeof Waiver>;

/** A share of several checks that must pass: "security smoke >= 95 %", or with `strictly` "> 95 %". */
export const Group = z
  .strictObject({
    /** Its own id, which no check has. */
    id: CheckId,
    /** The statement in words, as reports show it. */
    title: z.string().min(1),
    /** The checks that belong to it; each still blocks unless it is advisory. */
    checks: z.array(CheckId).min(1),
    /** Share of them that must have passed, 0 to 1. */
    minimumRatio: z.number().min(0).max(1),
    /** More than that share must have passed: "> 95 %", which 19 of 20 are not. Default: that share is enough. */
    strictly: z.boolean().optional(),
    /** With fewer results the group is unknown. */
    minimumCount: z.number().int().min(1).default(1),
  })
  .refine((one) => one.strictly !== true || one.minimumRatio < 1, {
    path: ['minimumRatio'],
    message: 'must be below 1 with strictly: more than all of them can never pass',
  });
export type Group = z.infer<typeof Group>;

/** A person who has a role. */
export const RoleMember = z.strictObject({
  /** The name that stands in what they state. */
  name: Said,
  /** Where they are reached, as a checklist and a runbook print it. */
  contact: Said.optional(),
  /** The id of their public key, as `greenlight keygen` prints it: then only what this key signed is theirs. */
  key: z
    .string()
    .regex(/^[0-9a-f]{64}$/, 'must be the id of a key: 64 hexadecimal digits, as greenlight keygen prints it')
    .optional(),
});
export type RoleMember = z.infer<typeof RoleMember>;

/** What a statement is bound to. */
export const ValidFor = z.enum(['release', 'target']);
/** What holds where a statement does not say how long and for what it counts. */
export const STATED_FOR: z.infer<typeof ValidFor> = 'release';
export const STATED_AGE: Duration = '7d';

/** A statement that a human must attest. The same one may be asked of several roles: then each has to say it. */
export const RequiredAttestation = z.strictObject({
  /** Names the statement for `greenlight attest`. */
  id: CheckId,
  /** What is stated, in words. */
  title: Said,
  /** Who has to say it, such as `release-manager`. */
  role: Said,
  /** `release` (the default): it is said of one release. `target`: it holds for every release until it is too old. */
  validFor: ValidFor.optional(),
  /** How old it may be when it is judged: `30m`, `12h`, `7d`. Default: `7d`. */
  maxAge: Duration.optional(),
  /** The section of a checklist that it stands in; filled in from `people.sections`. */
  section: Said.optional(),
  /** Ids of the statements that this one signs: it counts once each of them is given. Filled in from `people.sections`. */
  covers: z.array(CheckId).optional(),
  /** Who has the role; filled in from `people.roles`. Nobody else counts then. */
  members: z.array(RoleMember).min(1).optional(),
});
export type RequiredAttestation = z.infer<typeof RequiredAttestation>;

/** How evidence is judged: data, never functions. */
export const Policy = z.strictObject({
  /** Checks that are shown but do not decide; all others block. */
  advisory: z.array(CheckId).default([]),
  /** Blocking checks that may say "not applicable" without holding up GO. */
  mayNotApply: z.array(CheckId).default([]),
  /** GO needs at least this many passed blocking checks. */
  minimumPassed: z.number().int().min(1).default(1),
  /** Least sample size by check id; below it a pass is unknown. */
  sampleFloors: z.record(CheckId, z.number().int().min(1)).default({}),
  /** What a blocking check that failed and then passed means. */
  flaky: z.enum(['inconclusive', 'accept', 'no-go']).default('inconclusive'),
  /** What it means that the target runs another release than the one wanted. */
  otherRelease: z.enum(['no-go', 'inconclusive']).default('no-go'),
  /** Test data that could not be removed. */
  leftovers: z.enum(['warn', 'inconclusive']).default('warn'),
  /** Evidence older than this, in minutes, cannot give GO. */
  maxAgeMinutes: z.number().positive().default(60),
  /** How long the verdict may be used, in minutes; a GO no longer than the statements and waivers that it rests on. */
  validForMinutes: z.number().positive().max(LONGEST_VALIDITY, 'must be a year (527040) at most').default(60),
  /** Shares of several checks that must have passed. */
  groups: z.array(Group).default([]),
  /** What people must state before there can be a GO. */
  attestations: z.array(RequiredAttestation).default([]),
  /** Failures that are accepted until a day. */
  waivers: z.array(Waiver).default([]),
});
export type Policy = z.infer<typeof Policy>;

const PolicyName = z.enum(['default', ...Phase.options]);

/**
 * The plan's policies: `default`, and per phase what that phase says instead, field by field. They stay raw until
 * they are merged: parsing a part would fill in defaults that then hide the fields of `default`.
 */
export const Policies = z
  .partialRecord(PolicyName, z.record(z.string(), z.unknown()))
  .default({})
  .superRefine((policies, context) => {
    for (const [name, raw] of Object.entries(policies)) {
      const parsed = Policy.safeParse(raw);
      for (const issue of parsed.error?.issues ?? []) {
        context.addIssue({ code: 'custom', message: issue.message, path: [name, ...issue.path], input: raw });
      }
    }
  });
export type Policies = z.infer<typeof Policies>;
export type PoliciesInput = { readonly [name in z.infer<typeof PolicyName>]?: z.input<typeof Policy> };

/** The policy of one phase: what the phase says, then what `default` says, then the built-in defaults. */
export function mergePolicy(policies: Policies, phase: Phase): Policy {
  return Policy.parse({ ...policies.default, ...policies[phase] });
}
