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

export const edge: Probes = [
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
