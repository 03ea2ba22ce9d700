import { describe, expect, test } from 'vitest';
import { eventOfAnswer } from '../../../contract/events/answers.ts';
import { eventOfCode, eventOfText } from '../../../contract/events/codes.ts';
import { eventOfK6, statusOfK6 } from '../../../contract/events/k6-codes.ts';
import { type EventId, EVENTS, isOurs, meaningOf } from '../../../contract/events/table.ts';

describe('the table', () => {
  test('lets no event of a third party, and none of ours, fail the target', () => {
    for (const [event, { means }] of Object.entries(EVENTS))
      expect(means['third-party'], event).toBe('unknown');
    const ours = Object.keys(EVENTS).filter((event) => isOurs(event as EventId));
    expect(ours).toEqual(
      expect.arrayContaining([
        'resolver-silent',
        'no-route',
        'files-exhausted',
        'headers-too-large',
        'own-clock',
      ]),
    );
  });

  test.each(['refused', 'reset', 'unresolved', 'certificate-untrusted'] as const)(
    'holds %s against the target while our own network works, and under load only if that is shown',
    (event) => {
      expect(meaningOf(event, 'single', 'not-asked').outcome).toBe('fail');
      expect(meaningOf(event, 'single', 'answers').outcome).toBe('fail');
      expect(meaningOf(event, 'single', 'silent').outcome).toBe('unknown');
      expect(meaningOf(event, 'load', 'not-asked').outcome).toBe('unknown');
      expect(meaningOf(event, 'load', 'answers').outcome).toBe('fail');
      expect(meaningOf(event, 'load', 'silent').outcome).toBe('unknown');
    },
  );
});

describe('errors of clients', () => {
  test.each([
    ['connect ECONNREFUSED 127.0.0.1:1', 'refused'],
    ['read ECONNRESET', 'reset'],
    ['UND_ERR_SOCKET other side closed', 'reset'],
    ['getaddrinfo ENOTFOUND shop.invalid', 'unresolved'],
    ['getaddrinfo EAI_AGAIN shop.example', 'resolver-silent'],
    ['connect ENETUNREACH 2001:db8::1:443', 'no-route'],
    ['connect ENETDOWN 10.0.0.1:443', 'no-route'],
    ['connect EHOSTUNREACH 10.0.0.9:443', 'host-unreachable'],
    ['connect EMFILE 127.0.0.1:80', 'files-exhausted'],
    ['open ENFILE', 'files-exhausted'],
    ['connect EADDRNOTAVAIL 127.0.0.1:80', 'ports-exhausted'],
    ['UND_ERR_HEADERS_OVERFLOW Headers Overflow Error', 'headers-too-large'],
    ['apiRequestContext.fetch: Parse Error: Header overflow', 'headers-too-large'],
    ['apiRequestContext.fetch: Parse Error: Expected HTTP/', 'not-http'],
    ['apiRequestContext.fetch: aborted', 'body-cut-short'],
    [
      "apiRequestContext.fetch: failed to decompress 'gzip' encoding: Error: incorrect header check",
      'body-undecodable',
    ],
    ['page.goto: net::ERR_CONTENT_DECODING_FAILED at http://127.0.0.1/', 'body-undecodable'],
    ['page.goto: net::ERR_TOO_MANY_REDIRECTS at http://127.0.0.1/', 'redirect-loop'],
    ['page.goto: net::ERR_CERT_DATE_INVALID at https://127.0.0.1/', 'certificate-expired'],
    ['page.goto: net::ERR_INTERNET_DISCONNECTED', 'no-route'],
    ['write EPROTO 00DE:error:0A00010B:SSL routines:ssl3_get_record:wrong version number', 'tls-broken'],
    ['CERT_NOT_YET_VALID certificate is not yet valid', 'certificate-not-yet-valid'],
    ['bad port', 'port-blocked'],
  ] satisfies [string, EventId][])('%s', (text, event) => {
    expect(eventOfText(text)).toBe(event);
  });

  test('that name no event are none', () => {
    expect(eventOfText("Cannot read properties of undefined (reading 'id')")).toBeUndefined();
    expect(eventOfText('GET /E_MFILE: toString is not a function')).toBeUndefined();
    expect(eventOfCode('toString')).toBeUndefined();
  });

  test('of k6 are numbers; answers are none of them', () => {
    expect([0, 1404, 1503].map(eventOfK6)).toEqual([undefined, undefined, undefined]);
    expect([1050, 1101, 1212, 1220, 1310].map(eventOfK6)).toEqual([
      'timeout',
      'unresolved',
      'refused',
      'reset',
      'certificate-untrusted',
    ]);
    expect([1429, 1503, 1000].map(statusOfK6)).toEqual([429, 503, undefined]);
  });
});

describe('answers that are none of the product', () => {
  const of = (status: number, headers: Record<string, string> = {}, body: unknown = '') =>
    eventOfAnswer({ status, headers, body });

  test('say how long to wait in seconds, or by a date that is read by their own clock', () => {
    expect(of(429, { 'retry-after': '2' })).toMatchObject({ event: 'rate-limited', waitMs: 2000 });
    expect(of(503, { 'retry-after': '0' })).toMatchObject({ event: 'rate-limited', waitMs: 0 });
    expect(
      of(429, { date: 'Wed, 01 Jan 2020 00:00:00 GMT', 'retry-after': 'Wed, 01 Jan 2020 00:00:30 GMT' }),
    ).toMatchObject({ waitMs: 30_000 });
    expect(of(429, { 'retry-after': 'soon' })).not.toHaveProperty('waitMs');
    expect(of(503), 'a broken server').toBeUndefined();
    expect(of(503, { 'retry-after': 'soon' }), 'a broken server').toBeUndefined();
    expect(
      eventOfAnswer({ status: 429, headers: {}, body: '' }, true),
      'what the step wants',
    ).toBeUndefined();
  });

  test.each([
    [403, { 'cf-mitigated': 'challenge' }, ''],
    [503, {}, '<title>Just a moment...</title><script src="/cdn-cgi/challenge-platform/x.js">'],
    [403, { server: 'AkamaiGHost' }, '<TITLE>Access Denied</TITLE> Reference&#32;&#35;18.1'],
    [202, { 'x-amzn-waf-action': 'challenge' }, ''],
    [403, {}, 'Request unsuccessful. Incapsula incident ID: 1-2'],
    [403, {}, { url: 'https://geo.captcha-delivery.com/captcha/?x' }],
    [403, {}, '<div id="px-captcha"></div><script>window._pxAppId = "PX1"</script>'],
  ])('bear a mark of the list: %s %j', (status, headers, body) => {
    expect(of(status, headers as unknown as Record<string, string>, body)?.event).toBe('challenge-page');
  });

  test.each([
    [403, { server: 'cloudflare' }, '<title>Forbidden</title>'],
    [522, { server: 'cloudflare' }, '<title>shop | 522: Connection timed out</title> cf-error-details'],
    [200, {}, '<script src="/_Incapsula_Resource?SWJIYLWA=1"></script><h1>Shop</h1>'],
    [200, {}, '<script>window._pxAppId = "PX1"</script><h1>Shop</h1>'],
    [403, { 'set-cookie': 'datadome=1' }, '{"error":"forbidden"}'],
    [500, { server: 'AkamaiGHost' }, 'broken'],
  ])('and the pages of customers of those services do not: %s %j', (status, headers, body) => {
    expect(of(status, headers as unknown as Record<string, string>, body)).toBeUndefined();
  });
});
