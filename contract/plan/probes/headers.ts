import { z } from 'zod';
import type { Problem } from '../../errors.ts';
import { addressIn } from '../addresses.ts';
import { endpoint, headers as sent, probeKind, probeSchema } from './probe-kind.ts';

const Off = z.literal(false);
const Seconds = z.number().int().min(0);
/** An origin as browsers send it. */
const Origin = z.string().regex(/^https?:\/\/[^/?#]+$/, 'must be an origin, such as https://app.example.com');

/** Policies that tell other sites no more of an address than its origin. */
const QUIET_REFERRERS = ['no-referrer', 'same-origin', 'strict-origin', 'strict-origin-when-cross-origin'];
const HALF_A_YEAR_S = 15_552_000;

/** The headers that protect visitors: HTTPS, HSTS, CSP and others, cookies, and where asked CORS, caching, compression. */
export const headersKind = probeKind({
  schema: probeSchema('headers', {
    ...endpoint,
    /** Each is asked with GET; a redirect within the site is followed. */
    paths: z.array(z.string().startsWith('/')).min(1).default(['/']),
    ...sent,
    /** What each must answer; with a status of a redirect, none is followed. */
    status: z.number().int().default(200),
    /** The http address of each path redirects to https of the same host. */
    https: z
      .union([
        Off,
        z.strictObject({
          /** The http address; needed where the https address has a port of its own. */
          from: z.url({ protocol: /^http$/ }).optional(),
          /** A refused connection is as good: nobody listens for http. */
          closed: z.boolean().default(false),
        }),
      ])
      .prefault({}),
    /** `strict-transport-security`: browsers use https alone. */
    hsts: z
      .union([
        Off,
        z.strictObject({
          /** For how long at least, in seconds. */
          maxAge: Seconds.default(HALF_A_YEAR_S),
          /** It must hold for all subdomains. */
          includeSubDomains: z.boolean().default(false),
          /** It must allow the preload lists of browsers. */
          preload: z.boolean().default(false),
        }),
      ])
      .prefault({}),
    /** `content-security-policy`; one that only reports does not count. */
    csp: z
      .union([
        Off,
        z.strictObject({
          /** Directives that it must have: by name, or with all their sources, such as `frame-ancestors 'none'`. */
          directives: z
            .array(z.string().regex(/^[\w-]+( [^;,]+)?$/, 'is written like default-src'))
            .default([]),
        }),
      ])
      .prefault({}),
    /** `x-content-type-options: nosniff` */
    nosniff: z.boolean().default(true),
    /** Other sites cannot frame the page: `frame-ancestors` of the policy, or `x-frame-options`. */
    frames: z.boolean().default(true),
    /** What `referrer-policy` may be. */
    referrerPolicy: z.union([Off, z.array(z.string().toLowerCase()).min(1)]).default(QUIET_REFERRERS),
    /** Flags of every cookie that is set; one that is being deleted needs none. Values are never shown. */
    cookies: z
      .union([
        Off,
        z.strictObject({
          /** Names of cookies that are not looked at, such as those of a load balancer. */
          ignore: z.array(z.string()).default([]),
          /** Names of cookies that scripts must read, and that so cannot be HttpOnly. */
          readByScripts: z.array(z.string()).default([]),
          /** What SameSite may be. */
          sameSite: z
            .array(z.enum(['Strict', 'Lax', 'None']))
            .min(1)
            .default(['Strict', 'Lax']),
        }),
      ])
      .prefault({}),
    /** Which origins may read the answers; default: not looked at. */
    cors: z
      .strictObject({
        /** Origins that must be let in. */
        allow: z.array(Origin).default([]),
        /** They are let in with their cookies. */
        credentials: z.boolean().default(false),
        /** An origin that must not be let in. */
        foreign: Origin.default('https://foreign.example'),
        /** Everybody is let in, with `*`: then so is `foreign`. */
        anyOrigin: z.boolean().default(false),
      })
      .optional(),
    /** What `cache-control` must say; default: not looked at. */
    cacheControl: z
      .strictObject({
        /** Directives that it must have, such as `no-store` or `public`. */
        with: z.array(z.string().toLowerCase()).default([]),
        /** Directives that it must not have. */
        without: z.array(z.string().toLowerCase()).default([]),
        /** The least `max-age`, in seconds. */
        maxAgeAtLeast: Seconds.optional(),
        /** The greatest `max-age`, in seconds. */
        maxAgeAtMost: Seconds.optional(),
      })
      .optional(),
    /** How old an answer out of a cache may be, in seconds, by `age`; default: not looked at. */
    ageAtMost: Seconds.optional(),
    /** Text is compressed. */
    compression: z.boolean().default(false),
  }),
  project: 'suites',
  shows: 'Each path sends the headers that protect its visitors, and its cookies have their flags.',
  fails: 'A header is missing, weaker than wanted or such that browsers ignore it, or a cookie lacks a flag.',
  unknown:
    'Our own network is down, the rate is limited for too long, there is too little text to be compressed, or the address is that of a third party.',
  example: {
    kind: 'headers',
    id: 'security-headers-are-sent',
    title: 'The pages send their security headers',
    paths: ['/', '/cart'],
    csp: { directives: ['default-src', "object-src 'none'"] },
  },
  problems: ({ endpoint: name, https, hsts }, plan, path): Problem[] => {
    const url = addressIn(plan, name);
    if (url === undefined) {
      return [
        {
          path: `${path}.endpoint`,
          value: name,
          problem: 'the target has no address of this name',
          remedy: 'name a key of target.urls or target.thirdParties',
        },
      ];
    }
    if (url.protocol !== 'https:') {
      return https === false && hsts === false
        ? []
        : [
            {
              path: `${path}.endpoint`,
              value: url.origin,
              problem:
                'is not https: browsers ignore strict-transport-security there, and nothing leads away',
              remedy: 'name an endpoint whose address is https, or say https: false and hsts: false',
            },
          ];
    }
    if (https === false || https.from !== undefined || url.port === '') return [];
    return [
      {
        path: `${path}.https`,
        value: url.origin,
        problem: 'has a port of its own, so the port of http cannot be known',
        remedy: `name it: https: { from: 'http://${url.hostname}:<port>' }, or say https: false`,
      },
    ];
  },
});
