import { z } from 'zod';
import type { Problem } from '../../errors.ts';
import { type Loose, object } from '../../flow/loose.ts';
import { databaseProblems, DatabaseName } from '../sql-database.ts';
import { headers, probeKind, probeSchema } from './probe-kind.ts';
import { DocumentPath } from './sources.ts';

const OnOld = z.strictObject({
  /** Which address of old: a key of `target.old.urls`. */
  endpoint: z.string().default('app'),
  /** Absolute path, asked by GET. */
  path: z.string().startsWith('/').default('/'),
  ...headers,
  /** The status that it must answer; of a system in maintenance mostly 503. */
  status: z.number().int().min(200).max(599).default(200),
  /** What must stand in the answer, such as the words of the maintenance page. */
  contains: z.string().min(1).optional(),
});

/** The old system is still there for a roll-back, and nobody can write to it. Only looked at: nothing is written to find out. */
export const oldKept = probeKind({
  schema: probeSchema('old-kept', {
    /** What old must answer: that it is reachable, or that it says to be in maintenance. */
    answers: z.array(OnOld).default([]),
    /**
     * Its database, which must let in and be read-only for everybody, by its settings, and by what is going on in it. A name
     * in `target.databases`, or `old.records`.
     */
    database: DatabaseName.optional(),
    /** Until when it must be kept. Afterwards the answer is unknown: take the check out of the plan. */
    until: z.iso.date(),
    /** Where old itself says until when it is kept, such as a tag or a lock of its back-up: a document of JSON. */
    keptUntil: z
      .strictObject({
        /** Which address of old: a key of `target.old.urls`. */
        endpoint: z.string().default('app'),
        /** Absolute path. */
        path: z.string().startsWith('/'),
        ...headers,
        /** Where the date or the moment stands. */
        at: DocumentPath,
      })
      .optional(),
  }),
  project: 'suites',
  shows:
    'Old answers as planned, its database lets in and takes no writes; and where it says so, it is kept for long enough. It does not show that nobody will remove it before.',
  fails:
    'Old answers otherwise or not at all, its database may be written to, or it says that it is kept for less long than planned.',
  unknown:
    'The database cannot be asked, sessions in it cannot be looked at, our own network is down, or the date is over.',
  example: {
    kind: 'old-kept',
    id: 'old-is-kept',
    title: 'The old system is kept, read-only, for thirty days',
    phases: ['watch'],
    answers: [{ path: '/', status: 503, contains: 'has moved' }],
    database: 'old.records',
    until: '2026-12-20',
  },
  problems: ({ answers, database, keptUntil }, plan, path): readonly Problem[] => [
    ...(answers.length === 0 && database === undefined
      ? [
          {
            path,
            value: 'nothing to look at',
            problem: 'looks at nothing of old',
            remedy: "add answers: [{ path: '/' }], or database: 'old.records'",
          },
        ]
      : []),
    ...answers.flatMap(({ endpoint }, at) => oldProblems(plan, endpoint, `${path}.answers[${at}].endpoint`)),
    ...(keptUntil === undefined ? [] : oldProblems(plan, keptUntil.endpoint, `${path}.keptUntil.endpoint`)),
    ...(database === undefined ? [] : databaseProblems(plan, database, `${path}.database`)),
    ...(database === 'records'
      ? [
          {
            path: `${path}.database`,
            value: '"records"',
            problem: 'is the database of new',
            remedy: "write 'old.records', or the name of old's database",
          },
        ]
      : []),
  ],
});

function oldProblems(plan: Loose, name: string, path: string): readonly Problem[] {
  const urls = object(object(object(plan['target'])['old'])['urls']);
  if (name in urls) return [];
  return [
    {
      path,
      value: JSON.stringify(name),
      problem: 'is no address of old',
      remedy: `add it to target.old.urls${Object.keys(urls).length > 0 ? `, or use one of: ${Object.keys(urls).join(', ')}` : ''}`,
    },
  ];
}
