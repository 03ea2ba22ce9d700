/**
 * HTTP as data, so that one definition runs in Playwright, k6 and autocannon.
 * Everything here is portable: no Node API, no URL class (k6 has none).
 */
import { writeJson } from './exact-json.ts';
import type { Fields, RequestSpec } from './request.ts';
import { refuseOddRequest } from './request-spec.ts';

export type { Fields, RequestSpec };

/** A request ready to send: absolute URL, final headers, body as a string. */
export interface WireRequest {
  readonly method: RequestSpec['method'];
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
}

/**
 * What came back. Header names are lower-case; `body` is parsed JSON when the content type says JSON, else text. Integers
 * beyond 2^53 are `bigint`: as numbers they would be others.
 */
export interface ResponseView {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: unknown;
  /** The body as text, where the engine keeps it: for comparisons that must be exact. */
  readonly text?: string;
  /** Why the body is not what its headers say, in words; then `body` is its text. */
  readonly undecodable?: string;
  /** Time from sending to the last byte, in milliseconds. */
  readonly durationMs: number;
}

/** The headers of every request that sets none, to be recognised without looking for one. */
export const NO_HEADERS: Readonly<Record<string, string>> = Object.freeze({});

/** All that is ever asked of the old system beside its load: they change nothing. */
export const HARMLESS_METHODS: readonly string[] = ['GET', 'HEAD'];

/** Encodes fields as `application/x-www-form-urlencoded`. */
export function encodeFields(fields: Fields): string {
  return Object.entries(fields)
    .filter((entry): entry is [string, string | number | bigint | boolean] => entry[1] !== undefined)
    .map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(String(value))}`)
    .join('&');
}

/**
 * Turns a request spec into what goes over the wire.
 * @param urls base URL by endpoint name, without a trailing slash needed
 * @throws Error when the endpoint has no URL or the path is not absolute, PlanMistake when the spec is odd
 */
export function encodeRequest(spec: RequestSpec, urls: Readonly<Record<string, string>>): WireRequest {
  refuseOddRequest(spec);
  return encodeAgain(spec, urls);
}

/** The same for a request like one that was looked at before: under load that look costs as much as the rest. */
export function encodeAgain(spec: RequestSpec, urls: Readonly<Record<string, string>>): WireRequest {
  const endpoint = spec.endpoint ?? 'app';
  const base = urls[endpoint];
  if (base === undefined) {
    throw new Error(`no URL for endpoint "${endpoint}"; the target has: ${Object.keys(urls).join(', ')}`);
  }
  if (spec.path[0] !== '/') throw new Error(`the path "${spec.path}" must start with /`);
  // This runs for every request under load, in an engine without a compiler: nothing is done that is not needed.
  let url = (base[base.length - 1] === '/' ? base.replace(/\/+$/, '') : base) + spec.path;
  const query = spec.query ? encodeFields(spec.query) : '';
  if (query) url += (spec.path.includes('?') ? '&' : '?') + query;
  if (spec.headers === undefined && spec.json === undefined && spec.form === undefined) {
    const bare = { method: spec.method, url, headers: NO_HEADERS };
    return spec.text === undefined ? bare : { ...bare, body: spec.text };
  }
  const headers: Record<string, string> = {};
  if (spec.headers) {
    for (const [name, value] of Object.entries(spec.headers)) headers[name.toLowerCase()] = value;
  }
  const body = encodeBody(spec, headers);
  return body === undefined
    ? { method: spec.method, url, headers }
    : { method: spec.method, url, headers, body };
}

function encodeBody(spec: RequestSpec, headers: Record<string, string>): string | undefined {
  if (spec.json !== undefined) {
    headers['content-type'] ??= 'application/json';
    return writeJson(spec.json);
  }
  if (spec.form !== undefined) {
    headers['content-type'] ??= 'application/x-www-form-urlencoded';
    return encodeFields(spec.form);
  }
  return spec.text;
}
