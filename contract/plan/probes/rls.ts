import { z } from 'zod';
import type { Problem } from '../../errors.ts';
import { logInProblems } from '../both-sides-problems.ts';
import { Headers } from '../headers.ts';
import { databaseProblems, DatabaseName, SqlText } from '../sql-database.ts';
import { endpoint, probeKind, probeSchema } from './probe-kind.ts';
import { endpointProblems, DocumentPath } from './sources.ts';
import { LogIn } from './twin-request.ts';

/** Somebody whom row-level security and the API tell apart. */
const RlsRole = z.strictObject({
  /** How reports call it, such as `customer`. */
  name: z.string().min(1),
  /** The role of PostgreSQL (`set local role`); the role of the address must be a member of it. Default: that of the address. */
  role: z.string().min(1).optional(),
  /** Settings that the policies read, such as `request.jwt.claims`. */
  settings: z
    .record(
      z.string().regex(/^[A-Za-z_][\w]*(?:\.[A-Za-z_][\w]*)+$/, 'is written like request.jwt.claims'),
      z.string(),
    )
    .default({}),
  /** Sent with its requests. */
  headers: Headers.default({}),
  /** How it logs in to the API. */
  logIn: LogIn.omit({ harmlessBecause: true }).optional(),
});
export type RlsRole = z.infer<typeof RlsRole>;

/** What one endpoint shows of one table. */
const RlsEndpoint = z.strictObject({
  /** Asked by GET; it must give all rows at once. */
  path: z.string().startsWith('/'),
  /** Where the list stands in the answer; `$`: it is the answer. */
  list: DocumentPath.default('$'),
  /** Where the id stands in an entry of the list; `$`: the entry itself is the id. */
  id: DocumentPath.default('id'),
  /** The answer holds all rows, although something in it looks as if there were a next page, or more in all. */
  whole: z.literal(true).optional(),
  /** The same rows in the database, without a condition on who asks: `select id from orders`. The first column is the id. */
  sql: SqlText,
});

/** Row-level security and the guards of the API show everybody the same rows. */
export const rls = probeKind({
  schema: probeSchema('rls', {
    ...endpoint,
    /** The PostgreSQL database whose policies count: a name in `target.databases`; `records` is that of `target.records`. */
    database: DatabaseName.default('records'),
    /** Who looks. Each looks at every endpoint, in the database and through the API. */
    roles: z.array(RlsRole).min(1),
    /** Where they look. */
    endpoints: z.array(RlsEndpoint).min(1),
  }),
  project: 'suites',
  shows:
    'Every role sees the same rows in the database, under row-level security, as through the API: on all endpoints.',
  fails:
    'A role sees a row through the API that the database does not show it, or the other way round; the ids are named.',
  unknown:
    'The database cannot be asked as a role, a role cannot log in or is refused everywhere, an endpoint gives only a part of its rows, policies hold nobody who looks, or nobody sees anything at all.',
  example: {
    kind: 'rls',
    id: 'policies-match-guards',
    title: 'The policies of the database match the guards of the API',
    phases: ['preflight'],
    roles: [
      {
        name: 'customer',
        role: 'authenticated',
        settings: { 'request.jwt.claims': '{"sub":"11111111-1111-4111-8111-111111111111"}' },
        headers: { authorization: { secret: 'CUSTOMER_TOKEN' } },
      },
    ],
    endpoints: [{ path: '/api/orders?limit=1000', list: 'data', sql: 'select id from orders' }],
  },
  problems: ({ endpoint: name, database, roles }, plan, path): readonly Problem[] => [
    ...endpointProblems(plan, name, `${path}.endpoint`),
    ...databaseProblems(plan, database, `${path}.database`),
    ...roles.flatMap(({ logIn }, at) => logInProblems(plan, logIn, `${path}.roles[${at}].logIn`)),
  ],
});
