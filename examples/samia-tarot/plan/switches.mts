/** Feature flags, circuit breakers, the rate limit: read, and one of each tried where the document wants it tried. */
import { secret, type PlanInput } from '../../../contract/index.ts';
import { PROVIDERS } from './health.mts';

type Probes = NonNullable<PlanInput['probes']>;

const admin = { authorization: secret('SAMIA_ADMIN_AUTHORIZATION') };

/** As the document expects them, lines 121 to 125: off for everybody, off with 1 % prepared, on for everybody. */
export const FLAGS = {
  community_enabled: { on: false, percent: 0 },
  notifications_enabled: { on: false, percent: 1 },
  rate_limiting_enabled: { on: true, percent: 100 },
  circuit_breakers_enabled: { on: true, percent: 100 },
  budget_guards_enabled: { on: true, percent: 100 },
};

const stored = {
  adapter: 'sql',
  sql: 'select flag_key as flag, is_enabled as enabled, rollout_percentage as percent from feature_flags',
} as const;

/** What the running application uses: it may still hold an old state of what is stored. */
const used = {
  adapter: 'http',
  path: '/api/admin/feature-flags',
  headers: admin,
  flags: 'flags',
  name: 'flag_key',
  enabled: 'is_enabled',
  percent: 'rollout_percentage',
} as const;

const turnRateLimiting = (on: boolean) => ({
  path: '/api/admin/feature-flags/rate_limiting_enabled',
  json: { is_enabled: on },
});

const breakers = {
  kind: 'breakers' as const,
  path: '/admin/circuit-breakers',
  headers: admin,
  breakers: 'breakers',
  providers: [...PROVIDERS],
  owner: 'on-call engineer',
};

export const switches: Probes = [
  {
    kind: 'flags',
    id: 'flags-are-set',
    title: 'The feature flags are stored as the release wants them',
    phases: ['preflight', 'cutover', 'post-cutover', 'synthetic', 'watch'],
    source: stored,
    flags: FLAGS,
    owner: 'product owner',
  },
  {
    kind: 'flags',
    id: 'flags-work',
    title: 'The application uses the flags as they are stored',
    phases: ['post-cutover'],
    source: used,
    flags: FLAGS,
    owner: 'product owner',
  },
  {
    kind: 'flags',
    id: 'flag-can-be-switched',
    title: 'Rate limiting can be switched off by its flag, and on again',
    phases: ['rollback'],
    source: used,
    flags: { rate_limiting_enabled: { on: true, percent: 100 } },
    toggle: {
      flag: 'rate_limiting_enabled',
      headers: admin,
      on: turnRateLimiting(true),
      off: turnRateLimiting(false),
    },
    owner: 'on-call engineer',
  },
  {
    ...breakers,
    id: 'breakers-are-closed',
    title: 'The circuit breakers of all providers are there and closed',
    phases: ['preflight', 'cutover', 'synthetic', 'watch'],
  },
  {
    ...breakers,
    id: 'breaker-reacts',
    // The document fails Stripe itself, line 249. That would stop what customers pay: a provider for tests reacts alike.
    title: 'A circuit breaker opens when calls fail, and closes when they succeed',
    phases: ['post-cutover'],
    trial: {
      provider: 'test-provider',
      headers: admin,
      trip: { path: '/test/circuit-breaker/test-provider/fail' },
      reset: { path: '/test/circuit-breaker/test-provider/success' },
    },
  },
  {
    ...breakers,
    id: 'breaker-can-be-tripped',
    title: 'The circuit breaker of the test provider can be tripped and reset by hand',
    phases: ['rollback'],
    trial: {
      provider: 'test-provider',
      headers: admin,
      trip: { path: '/admin/circuit-breakers/test-provider/trip' },
      reset: { path: '/admin/circuit-breakers/test-provider/reset' },
    },
  },
  {
    kind: 'rate-limit',
    id: 'rate-is-limited',
    title: 'Ten quick requests bring some 429 with Retry-After, and then requests are taken again',
    phases: ['post-cutover'],
    path: '/api/test-rate-limit',
    requests: 10,
    owner: 'security lead',
  },
];
