/** What visitors meet before the application: certificate, headers, caches. Of production, before it is switched. */
import { env } from './environment.mts';
import type { Phase, PlanInput } from '../../../contract/index.ts';

type Probes = NonNullable<PlanInput['probes']>;

const EDGE: Phase[] = ['preflight', 'post-cutover'];

const DAYS = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'] as const;
type Day = (typeof DAYS)[number];

/** `ILS_WINDOW=any` opens all week: for rehearsals. */
function windows(): { days: Day[]; from: string; to: string }[] {
  if (env('ILS_WINDOW', 'working days') === 'any') return [{ days: [...DAYS], from: '00:00', to: '24:00' }];
  return [{ days: DAYS.slice(0, 4), from: '06:00', to: '16:00' }];
}

/** Only where the zone cannot be found by itself: `address:port` of its name server, and of a resolver. */
const nameServer = (variable: string): { address: string; port: number }[] => {
  const [address = '', port = '53'] = env(variable, '').split(':');
  return address === '' ? [] : [{ address, port: Number(port) }];
};
const authority = nameServer('ILS_NAME_SERVER');

export const edge: Probes = [
  {
    kind: 'dns',
    id: 'dns-has-propagated',
    title: 'The name of production leads to the cluster, at its name servers and at resolvers',
    phases: ['preflight', 'post-cutover'],
    endpoint: 'production',
    name: env('ILS_NAME', 'ils.example.com'),
    ttlAtMost: 3600,
    expect: { addresses: env('ILS_ADDRESSES', '203.0.113.10').split(',') },
    resolvers: nameServer('ILS_RESOLVER'),
    ...(authority.length === 0 ? {} : { servers: authority }),
    owner: 'devops',
  },
  {
    kind: 'rate-limit',
    id: 'rate-is-limited',
    title: 'Thirty quick searches bring some 429 with Retry-After, and then searching works again',
    phases: ['preflight'],
    endpoint: 'production',
    path: '/api/search?q=greenlight',
    requests: 30,
    owner: 'backend',
  },
  {
    kind: 'tls',
    id: 'certificate-is-good',
    title: 'The certificate of production is installed, trusted, and valid for two weeks at least',
    phases: EDGE,
    endpoint: 'production',
    daysLeft: 14,
    owner: 'devops',
  },
  {
    kind: 'headers',
    id: 'security-headers-are-sent',
    title: 'HTTPS is enforced, and the pages send their security headers',
    phases: EDGE,
    endpoint: 'production',
    paths: ['/'],
    https: { from: env('ILS_HTTP_URL', 'http://ils.example.com') },
    owner: 'devops',
  },
  {
    kind: 'headers',
    id: 'assets-are-cached',
    title: 'The CDN may keep the assets for a day',
    phases: ['preflight', 'post-cutover', 'watch'],
    endpoint: 'production',
    paths: ['/assets/app.js'],
    https: false,
    hsts: false,
    csp: false,
    frames: false,
    referrerPolicy: false,
    cookies: false,
    cacheControl: { with: ['public'], maxAgeAtLeast: 86_400 },
    owner: 'devops',
  },
  {
    kind: 'window',
    id: 'cut-over-is-within-its-window',
    title: 'The cut-over happens on a working day and in no freeze',
    phases: ['preflight', 'cutover'],
    timeZone: 'UTC',
    windows: windows(),
    owner: 'release manager',
  },
];
