import { z } from 'zod';
import type { Problem } from '../../errors.ts';
import { Turn, turned, turnProblems } from '../switches.ts';
import { endpoint, headers, probeKind, probeSchema } from './probe-kind.ts';
import { DocumentPath, httpSource, sourceProblems, sqlSource } from './sources.ts';

/** Where the state of flags is read. */
export const FlagsSource = z.discriminatedUnion('adapter', [
  /** Rows with the columns `flag`, `enabled`, and where it is judged `percent`, from 0 to 100. */
  z.strictObject(sqlSource),
  /** A document of JSON: a list of flags, or an object with a flag under each name. */
  z.strictObject({
    ...httpSource,
    /** Where the list or the object stands. */
    flags: DocumentPath.default('$'),
    /** In a list: where the name of a flag stands in its entry. */
    name: DocumentPath.default('key'),
    /** Where it says whether a flag is on; `$`: the entry itself says it. */
    enabled: DocumentPath.default('enabled'),
    /** Where the percentage stands to which it is rolled out, from 0 to 100. */
    percent: DocumentPath.optional(),
  }),
  /** A flag service that speaks the OpenFeature Remote Evaluation Protocol (OFREP); flags are evaluated for made-up keys. */
  z.strictObject({
    /** OFREP: `POST /ofrep/v1/evaluate/flags/<flag>` below the address of the endpoint. */
    adapter: z.literal('ofrep'),
    ...endpoint,
    ...headers,
    /** The context of every evaluation, besides its `targetingKey`. */
    context: z.record(z.string(), z.json()).default({}),
    /** For how many targeting keys each flag is evaluated: the more, the closer a percentage can be told. */
    keys: z.number().int().min(1).max(1000).default(20),
  }),
]);
export type FlagsSource = z.infer<typeof FlagsSource>;

const Wanted = z.strictObject({
  /** Whether it is on. */
  on: z.boolean(),
  /** To which percentage it is rolled out, from 0 to 100. Default: not looked at. */
  percent: z.number().min(0).max(100).optional(),
});

/** Feature flags are in the state that the plan expects; and where the plan allows it, one can be turned and put back. */
export const flags = probeKind({
  schema: probeSchema('flags', {
    /** Where their state is read. */
    source: FlagsSource,
    /** What each must be, by its name. */
    flags: z
      .record(z.string().min(1), Wanted)
      .refine((all) => Object.keys(all).length > 0, { message: 'needs at least one flag' }),
    /**
     * Turns a flag, sees it turned, and puts it back. The ledger has it before, so that it is put back also after a kill:
     * by the next run, or by `greenlight sweep`. It needs `allow.flags`.
     */
    toggle: z
      .strictObject({
        /** Which one. */
        flag: z.string().min(1),
        ...turned,
        /** Turns it on. */
        on: Turn,
        /** Turns it off. */
        off: Turn,
      })
      .optional(),
  }),
  project: 'suites',
  shows:
    'Every flag is on or off as planned, rolled out as far as planned; the one to try can be turned and put back.',
  fails:
    'A flag is in another state, rolled out otherwise, or not there; or one can not be turned or put back.',
  unknown:
    'The database or the address cannot be asked or says something else than a state of flags, none of the flags is there, a third party does not turn what it keeps, or too few keys were evaluated to tell a percentage.',
  example: {
    kind: 'flags',
    id: 'flags-are-set',
    title: 'The flags are as the release wants them',
    phases: ['preflight'],
    source: {
      adapter: 'sql',
      sql: 'select flag_key as flag, is_enabled as enabled, rollout_percentage as percent from feature_flags',
    },
    flags: {
      community_enabled: { on: false, percent: 0 },
      notifications_enabled: { on: false, percent: 1 },
      rate_limiting_enabled: { on: true, percent: 100 },
    },
  },
  problems: ({ source, flags: wanted, toggle }, plan, path): readonly Problem[] => {
    const unseen = Object.entries(wanted).filter(
      ([, { on, percent }]) =>
        percent !== undefined &&
        ((source.adapter === 'ofrep' && !on && percent > 0) ||
          (source.adapter === 'http' && source.percent === undefined)),
    );
    return [
      ...sourceProblems(plan, source, `${path}.source`),
      ...unseen.map(([name, { percent }]) => ({
        path: `${path}.flags.${name}.percent`,
        value: String(percent),
        problem:
          source.adapter === 'ofrep'
            ? 'can not be seen by evaluating a flag that is off'
            : 'is expected, and nobody says where it stands',
        remedy:
          source.adapter === 'ofrep'
            ? 'drop percent, or read the flag by sql or http'
            : "add source.percent, such as percent: 'rollout'",
      })),
      ...(toggle === undefined
        ? []
        : turnProblems(plan, 'flags', toggle.flag, toggle.endpoint, `${path}.toggle`)),
    ];
  },
});
