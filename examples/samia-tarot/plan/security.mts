/**
 * The security smoke: twenty looks for what stands open, after the chapters of OWASP's testing guide. The document wants
 * more than 95 %, which 19 of 20 are not. Each is advisory, and their share decides, see `policy.preflight` in people.mts:
 * with more of them than twenty, one may fail.
 */
import { secret, type PlanInput } from '../../../contract/index.ts';
import { env } from './environment.mts';

type Probes = NonNullable<PlanInput['probes']>;

// Production itself is never searched.
const common = { phases: ['preflight'], endpoint: 'staging', owner: 'security lead' } satisfies Partial<
  Probes[number]
>;
const visitors = [
  {
    name: 'customer',
    headers: { authorization: secret('SAMIA_CUSTOMER_AUTHORIZATION') },
    provenBy: '/api/profile',
  },
  {
    name: 'other customer',
    headers: { authorization: secret('SAMIA_OTHER_AUTHORIZATION') },
    provenBy: '/api/profile',
  },
  {
    name: 'administrator',
    headers: { authorization: secret('SAMIA_ADMIN_AUTHORIZATION') },
    provenBy: '/api/profile',
  },
];
const open = { ...common, kind: 'open' } as const;

/** Nobody is let in there who is not logged in, and the visitor is. */
const guarded = (id: string, title: string, path: string, visitor: string): Probes[number] => ({
  ...open,
  id,
  title,
  visitors: visitors.filter(({ name }) => name === visitor),
  refused: [{ path, for: visitor }],
});

/** What belongs to one visitor is not given to a customer who is somebody else. */
const ownOnly = (
  id: string,
  title: string,
  path: string,
  marker: string,
  owner = 'customer',
): Probes[number] => ({
  ...open,
  id,
  title,
  visitors,
  others: [{ path, owner, other: 'other customer', marker }],
});

const ORDER = env('SAMIA_CUSTOMER_ORDER', '1');
const PROFILE = env('SAMIA_CUSTOMER_PROFILE', '1');

const off = { https: false, hsts: false, csp: false, nosniff: false, frames: false } as const;
const headers = { ...common, ...off, kind: 'headers', referrerPolicy: false, cookies: false } as const;

export const security: Probes = [
  guarded('orders-need-a-log-in', 'Orders need a log-in', '/api/orders', 'customer'),
  guarded('payments-need-a-log-in', 'Payments need a log-in', '/api/payments', 'customer'),
  guarded('profiles-need-a-log-in', 'Profiles need a log-in', '/api/profile', 'customer'),
  guarded(
    'flags-need-a-log-in',
    'The feature flags need a log-in',
    '/api/admin/feature-flags',
    'administrator',
  ),
  guarded(
    'breakers-need-a-log-in',
    'The circuit breakers need a log-in',
    '/admin/circuit-breakers',
    'administrator',
  ),
  ownOnly(
    'orders-are-private',
    'A customer gets no order of another one',
    `/api/orders/${ORDER}`,
    'question_text',
  ),
  ownOnly(
    'profiles-are-private',
    'A customer gets no profile of another one',
    `/api/profiles/${PROFILE}`,
    '"email"',
  ),
  ownOnly(
    'flags-are-for-administrators',
    'A customer gets no feature flags',
    '/api/admin/feature-flags',
    'flag_key',
    'administrator',
  ),
  ownOnly(
    'breakers-are-for-administrators',
    'A customer gets no circuit breakers',
    '/admin/circuit-breakers',
    'provider',
    'administrator',
  ),
  {
    ...open,
    id: 'injected-paths-tell-nothing',
    title: 'A quote in a path tells nothing of the database',
    errors: ['/api/services/%27', '/api/services/1%27%20or%20%271%27=%271'],
  },
  {
    ...open,
    id: 'odd-numbers-tell-nothing',
    title: 'Numbers out of range tell nothing of the inside',
    errors: ['/api/services/-1', '/api/services/99999999999999999999'],
  },
  {
    ...open,
    id: 'log-in-leads-nowhere-else',
    title: 'The log-in sends nobody to another site',
    redirects: [{ path: '/login', parameters: ['next', 'returnTo'] }],
  },
  {
    ...open,
    id: 'folders-are-not-listed',
    title: 'No folder is listed',
    listings: ['/assets/', '/uploads/'],
  },
  { ...open, id: 'no-secret-file-is-served', title: 'No repository, dump or key is served', files: true },
  {
    ...open,
    id: 'no-source-map-is-served',
    title: 'No source map is served',
    moreFiles: [{ path: '/assets/app.js.map', contains: '"mappings"' }],
  },
  {
    ...headers,
    id: 'https-is-enforced',
    title: 'http leads to https',
    https: { from: env('SAMIA_HTTP_URL', 'http://staging.samia-tarot.com') },
  },
  { ...headers, id: 'hsts-is-sent', title: 'Browsers are told to use https alone', hsts: {} },
  {
    ...headers,
    id: 'scripts-are-limited',
    title: 'A content security policy is sent',
    csp: { directives: ['default-src'] },
  },
  {
    ...headers,
    id: 'pages-cannot-be-framed',
    title: 'Other sites cannot frame the pages',
    frames: true,
    nosniff: true,
  },
  { ...headers, id: 'other-origins-are-kept-out', title: 'Other origins cannot read the answers', cors: {} },
];

/** The ids of the group. */
export const SECURITY_SMOKE: readonly string[] = security.map(({ id }) => id);
