import { z } from 'zod';
import type { Problem } from '../../errors.ts';
import { command, commandProblems } from '../command.ts';
import { Duration } from '../duration.ts';
import { databaseProblems, DatabaseName } from '../sql-database.ts';
import { Pattern } from './expectation.ts';
import { probeKind, probeSchema } from './probe-kind.ts';

/** Where back-ups are listed. */
export const BackupSource = z.discriminatedUnion('adapter', [
  /** Files in a folder of this machine; each file is one back-up, and its time is that of its last change. */
  z.strictObject({
    /** Files. */
    adapter: z.literal('files'),
    /** The folder, seen from that of the plan. */
    folder: z.string().min(1),
    /** A regular expression: names of files that are back-ups. */
    names: Pattern.default('.'),
  }),
  /**
   * A program that prints them as a JSON list of `{ name, size, at, place }`: bytes, a moment with its zone, and where they
   * are; `size` and `place` may be missing. It needs `allow.commands`.
   */
  z.strictObject({
    /** A program. */
    adapter: z.literal('command'),
    ...command,
  }),
  /** Objects in a bucket of S3, or of what speaks it. Needs the package `@aws-sdk/client-s3`; credentials come from the environment. */
  z.strictObject({
    /** S3. */
    adapter: z.literal('s3'),
    /** The bucket. */
    bucket: z.string().min(1),
    /** Only objects whose keys begin so. */
    prefix: z.string().default(''),
    /** A regular expression: keys that are back-ups. */
    names: Pattern.default('.'),
    /** Such as `eu-central-1`. */
    region: z.string().min(1),
    /** For what is not S3 of AWS: its address; the bucket is then the first part of the path. */
    url: z.url({ protocol: /^https?$/ }).optional(),
  }),
  /** The archiver of PostgreSQL (`pg_stat_archiver`): the newest archived piece of the write-ahead log. */
  z.strictObject({
    /** The archiver of PostgreSQL. */
    adapter: z.literal('archiver'),
    /** A name in `target.databases`; `records` is that of `target.records`. */
    database: DatabaseName.default('records'),
  }),
]);
export type BackupSource = z.infer<typeof BackupSource>;

/** A back-up is new enough, no smaller than before, where it belongs, and old ones are kept. */
export const backup = probeKind({
  schema: probeSchema('backup', {
    /** Where they are listed. */
    source: BackupSource,
    /** How old the newest may be: `2h`. */
    atMost: Duration,
    /** How large the newest must be. */
    size: z
      .strictObject({
        /** In bytes. */
        atLeast: z.number().int().positive().optional(),
        /** Of the one before it, in percent. */
        ofLast: z.number().min(0).max(100).optional(),
      })
      .optional(),
    /** A regular expression for the place of the newest: a path, or `s3://bucket/key`. */
    place: Pattern.optional(),
    /** Which older ones must be kept. */
    keeps: z
      .strictObject({
        /** So many in all. */
        atLeast: z.number().int().positive().optional(),
        /** One that is so old, or older: `7d`. */
        back: Duration.optional(),
        /** None that is older: `35d`. */
        noneOlderThan: Duration.optional(),
      })
      .optional(),
  }),
  project: 'suites',
  shows:
    'The newest back-up is new enough, large enough and in its place, and as many old ones are kept as planned.',
  fails:
    'The newest is too old, too small or elsewhere, too few or too old ones are kept, or the archiver of PostgreSQL fails or is off.',
  unknown:
    'They cannot be listed, none is there, a size is not said, the archiver of PostgreSQL is that of a standby or has only begun to count, or the newest is of a moment that has not come.',
  example: {
    kind: 'backup',
    id: 'backup-is-new',
    title: 'The back-up of production is less than two hours old',
    phases: ['preflight'],
    source: { adapter: 's3', bucket: 'acme-backups', prefix: 'shop/', region: 'eu-central-1' },
    atMost: '2h',
    size: { ofLast: 90 },
    keeps: { atLeast: 7 },
  },
  problems: ({ source, size, place, keeps }, plan, path): readonly Problem[] => {
    if (source.adapter === 'command') return commandProblems(plan, source, `${path}.source`);
    if (source.adapter !== 'archiver') return [];
    const unsaid = Object.entries({ size, place, keeps }).filter(([, value]) => value !== undefined);
    return [
      ...databaseProblems(plan, source.database, `${path}.source.database`),
      ...unsaid.map(([key]) => ({
        path: `${path}.${key}`,
        value: key,
        problem:
          'can not be told by the archiver of PostgreSQL, which knows only the newest piece of the log',
        remedy: 'drop it, or list the back-ups by files, a command or s3',
      })),
    ];
  },
});
