import type { RequestSpec } from './request.ts';
import { isThenable, PlanMistake, refusePromise } from '../plan/plan-mistake.ts';

const KEYS: Readonly<Record<keyof RequestSpec, true>> = {
  method: true,
  path: true,
  endpoint: true,
  query: true,
  headers: true,
  json: true,
  form: true,
  text: true,
};

/** What other clients call the same. */
const MEANT: Readonly<Record<string, string>> = {
  data: 'json (an object), form (fields) or text',
  body: 'json (an object), form (fields) or text',
  payload: 'json (an object), form (fields) or text',
  params: 'query',
  searchParams: 'query',
  qs: 'query',
  url: 'path, and endpoint for another address of the target',
  header: 'headers',
  multipart: 'text, with the content type in headers',
};

const METHODS: readonly string[] = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'];
const BODIES = ['json', 'form', 'text'] as const;

/**
 * Refuses a request that would not go out as its author wrote it: an unknown key (an empty POST), two bodies, a query
 * in the path that hides one in `query`. Portable: no Node API.
 * @throws PlanMistake that names the key and what to write instead
 */
export function refuseOddRequest(spec: RequestSpec): void {
  refusePromise('request', spec);
  if (typeof spec !== 'object' || spec === null) {
    throw new PlanMistake(`the request is ${typeof spec}, not a request`, 'return { method, path }');
  }
  for (const key of Object.keys(spec)) {
    if (Object.hasOwn(KEYS, key)) continue;
    const meant = Object.hasOwn(MEANT, key) ? MEANT[key] : undefined;
    throw new PlanMistake(
      `the request has the unknown key "${key}", which would not be sent`,
      `write ${meant ?? `one of: ${Object.keys(KEYS).join(', ')}`} instead of "${key}"`,
    );
  }
  if (!METHODS.includes(spec.method)) {
    throw new PlanMistake(
      `the request has the method ${text(spec.method)}`,
      `use one of: ${METHODS.join(', ')}, in capitals`,
    );
  }
  refusePath(spec);
  const bodies = BODIES.filter((key) => spec[key] !== undefined);
  if (bodies.length > 1) {
    throw new PlanMistake(
      `the request has ${bodies.join(' and ')}, and only one body can be sent`,
      'give one of json, form and text',
    );
  }
  refuseBody(spec);
  refuseFields('query', spec.query);
  for (const [name, value] of Object.entries(spec.headers ?? {})) {
    if (typeof value === 'string') continue;
    throw new PlanMistake(
      `the request has ${text(value)} for the header "${name}"`,
      'give a text, or leave the header out',
    );
  }
}

function refusePath({ path, query }: RequestSpec): void {
  if (typeof path !== 'string')
    throw new PlanMistake(`the request has ${text(path)} for its path`, 'give a text');
  if (path.includes('#')) {
    throw new PlanMistake(
      `the request has # in the path ${text(path)}: nothing behind it is ever sent`,
      'write %23, or leave it out',
    );
  }
  const at = path.indexOf('?');
  if (at === -1 || query === undefined) return;
  const inPath = path
    .slice(at + 1)
    .split('&')
    .map((field) => decoded(field.split('=')[0] ?? ''));
  const twice = Object.keys(query).find((name) => query[name] !== undefined && inPath.includes(name));
  if (twice === undefined) return;
  throw new PlanMistake(
    `the request has "${twice}" in its path and in "query", and most servers take the first`,
    `write "${twice}" in "query" alone`,
  );
}

function refuseBody({ json, form, text: plain }: RequestSpec): void {
  if (typeof json === 'function' || typeof json === 'symbol' || isThenable(json)) {
    throw new PlanMistake(
      `the request has ${text(json)} for "json", which cannot be sent`,
      'give the value itself: an object, a list, a text or a number',
    );
  }
  const promised = Object.entries(json ?? {}).find(([, value]) => isThenable(value));
  if (promised !== undefined) {
    throw new PlanMistake(
      `the request has a promise for "${promised[0]}" in "json", which would go out as {}`,
      'give the value itself: nothing in a flow waits but its steps',
    );
  }
  if (plain !== undefined && typeof plain !== 'string') {
    throw new PlanMistake(`the request has ${text(plain)} for "text"`, 'give a text; objects go into "json"');
  }
  refuseFields('form', form);
}

function refuseFields(key: 'query' | 'form', fields: RequestSpec['query']): void {
  if (fields === undefined) return;
  if (typeof fields !== 'object' || fields === null || Array.isArray(fields)) {
    throw new PlanMistake(`the request has ${text(fields)} for "${key}"`, 'give an object: { name: value }');
  }
  for (const [name, value] of Object.entries(fields)) {
    if (value === undefined || ['string', 'number', 'bigint', 'boolean'].includes(typeof value)) continue;
    throw new PlanMistake(
      `the request has ${text(value)} for "${name}" in "${key}", which would go out as ${JSON.stringify(String(value))}`,
      'give a text, a number, true or false; undefined leaves the field out',
    );
  }
}

/** What stands there, in a few words: values may be secret, so only short words are shown. */
function text(value: unknown): string {
  if (value === null || value === undefined) return String(value);
  if (typeof value === 'string') return `"${value.slice(0, 80)}"`;
  if (isThenable(value)) return 'a promise';
  if (Array.isArray(value)) return 'a list';
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`;
}

function decoded(name: string): string {
  try {
    return decodeURIComponent(name.replace(/\+/g, ' '));
  } catch {
    return name;
  }
}
