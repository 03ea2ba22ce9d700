import { writeJson } from '../flow/exact-json.ts';

/** What of an answer is looked at. Header names are lower-case. */
export interface MarkedAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** As text; JSON bodies may be left out. */
  readonly body: unknown;
}

interface Mark {
  readonly service: string;
  readonly statuses: readonly number[];
  readonly header?: readonly [name: string, value: RegExp];
  /** All of them must stand in the body. */
  readonly body?: readonly RegExp[];
}

const BLOCKED = [403, 429, 503];

/**
 * Marks of pages that a protection service serves instead of the product's. Only what stands on no page of a customer:
 * most of these services also put scripts and cookies of theirs on every page that they let through.
 */
const MARKS: readonly Mark[] = [
  { service: 'Cloudflare', statuses: [200, ...BLOCKED], header: ['cf-mitigated', /^(?:challenge|block)/i] },
  {
    service: 'Cloudflare',
    statuses: BLOCKED,
    body: [/<title>Just a moment\.\.\.<\/title>/i, /challenge-platform|cf[-_]chl/],
  },
  {
    service: 'Cloudflare',
    statuses: BLOCKED,
    body: [/<title>(?:Attention Required!|Access denied)[^<]*\bCloudflare\b/i],
  },
  { service: 'Cloudflare', statuses: BLOCKED, body: [/^\s*error code: 10(?:0[5-9]|1[0-5]|20)\s*$/i] },
  { service: 'Akamai', statuses: BLOCKED, body: [/errors\.edgesuite\.net/] },
  {
    service: 'Akamai',
    statuses: BLOCKED,
    header: ['server', /^AkamaiGHost/i],
    body: [/<title>Access Denied<\/title>/i, /Reference(?:&#32;|\s)/],
  },
  {
    service: 'Akamai',
    statuses: [200, 428, ...BLOCKED],
    body: [/sec-(?:if-)?cpt-container|"sec-cp-challenge"/],
  },
  {
    service: 'AWS WAF',
    statuses: [200, 202, 405, ...BLOCKED],
    header: ['x-amzn-waf-action', /^(?:challenge|captcha)/i],
  },
  {
    service: 'AWS WAF',
    statuses: [200, 202, 405, ...BLOCKED],
    body: [
      /window\.gokuProps|AwsWafIntegration\.(?:checkForceRefresh|getToken|forceRefreshToken)/,
      /awswaf\.com/,
    ],
  },
  { service: 'Imperva', statuses: [200, ...BLOCKED], body: [/Incapsula incident ID/] },
  {
    service: 'Imperva',
    statuses: [200, ...BLOCKED],
    body: [/_Incapsula_Resource/, /<iframe[^>]+id="main-iframe"/],
  },
  { service: 'DataDome', statuses: [401, ...BLOCKED], header: ['x-dd-b', /./] },
  { service: 'DataDome', statuses: [401, ...BLOCKED], body: [/(?:geo|interstitial)\.captcha-delivery\.com/] },
  {
    service: 'PerimeterX',
    statuses: BLOCKED,
    body: [/px-captcha|captcha\.px-(?:cdn|cloud)\.net/, /_pxAppId|"?appId"?\s*[:=]\s*"PX/],
  },
];

const MOST_LOOKED_AT = 100_000;

/** The service whose challenge or block page this is; undefined for everything that bears no mark of the list. */
export function challengeOf({ status, headers, body }: MarkedAnswer): string | undefined {
  let text: string | undefined;
  for (const mark of MARKS) {
    if (!mark.statuses.includes(status)) continue;
    if (mark.header !== undefined) {
      const value = headers[mark.header[0]];
      if (value === undefined || !mark.header[1].test(value)) continue;
    }
    if (mark.body !== undefined) {
      // DataDome and PerimeterX answer to scripts with JSON.
      text ??= (typeof body === 'string' ? body : (writeJson(body) ?? '')).slice(0, MOST_LOOKED_AT);
      const seen = text;
      if (!mark.body.every((pattern) => pattern.test(seen))) continue;
    }
    return mark.service;
  }
  return undefined;
}
