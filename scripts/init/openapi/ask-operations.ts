import type { z } from 'zod';
import { shapeExactly } from '../../../contract/flow/exact-shape.ts';
import type { ResponseView } from '../../../contract/flow/http.ts';
import { PlanMistake } from '../../../contract/plan/plan-mistake.ts';
import type { Asker } from '../look/asker.ts';
import { createNamedSchemas, type NamedSchema } from './named-schemas.ts';
import { isUnknown } from './translate-schema.ts';
import type { OpenapiDocument } from './document.ts';
import { type Operation, operationsOf } from './operations.ts';

/** What became of one GET of a document. */
export interface AskedOperation {
  readonly operation: Operation;
  /**
   * `as-described`: a success, with a body of the described shape, or with none described. `otherwise`: a success with
   * another body. `guarded`: it wants credentials. `not-probed`: anything else.
   */
  readonly result: 'as-described' | 'otherwise' | 'guarded' | 'not-probed';
  readonly status: number | undefined;
  /** The name of the schema of its body, where one is described. */
  readonly schema: string | undefined;
  /** What was found, in words; empty where all is well. */
  readonly why: string;
}

/** What a document says about a target, and what the target says to it. */
export interface AskedDocument {
  readonly gets: readonly AskedOperation[];
  readonly operations: readonly Operation[];
  readonly schemas: readonly NamedSchema[];
  /** How many GETs need values that nobody knows, such as `/pets/{id}`. */
  readonly needValues: number;
}

/** Of a schema that says nothing, or leads out of the document. */
const TAKES_EVERYTHING = 'takes everything';

/** Operations that are asked: each of them is a request to somebody's system. */
const MOST_ASKED = 30;

/** A GET that does something all the same, or never ends. */
const NOT_READING =
  /(?:^|[/_.-])(?:log-?out|sign-?out|unsubscribe|delete|remove|reset|export|download|stream|events|sse|subscribe|callback|shutdown|restart|clear|flush|purge|run|trigger|send|revoke|confirm|activate|import|sync|end|start|stop)(?:$|[/_.-])/i;

/** Asks every GET that needs no values, and holds what comes against the document. */
export async function askOperations(
  document: OpenapiDocument,
  asker: Asker,
  base: string,
): Promise<AskedDocument> {
  const operations = operationsOf(document).map((operation) => ({
    ...operation,
    path: pathBelow(base, operation.path),
  }));
  const schemas = createNamedSchemas(document.root, document.dialect !== '3.1');
  const all = operations.filter(({ method }) => method === 'GET');
  const free = all.filter(({ required }) => required.length === 0);
  // Those that say that they want credentials tell the least.
  const order = [...free.filter(({ guarded }) => !guarded), ...free.filter(({ guarded }) => guarded)];
  const found = new Map<Operation, AskedOperation>();
  let sent = 0;
  for (const operation of order) {
    const left = reasonToLeave(operation) ?? (sent >= MOST_ASKED ? `${MOST_ASKED} were enough` : undefined);
    if (left !== undefined) {
      found.set(operation, notProbed(operation, undefined, `not asked: ${left}`));
      continue;
    }
    sent += 1;
    const asked = await asker.get(`${base}${operation.path}`);
    const result =
      'none' in asked
        ? notProbed(operation, undefined, `no answer: ${asked.none}`)
        : resultOf(operation, asked.answer, (wish) => {
            const schema = operation.success?.schema;
            if (schema === undefined) return undefined;
            const name = schemas.add(schema, wish);
            const named = schemas.all.find((one) => one.name === name);
            if (named === undefined || isUnknown(named.expression)) return TAKES_EVERYTHING;
            return { name, schema: schemas.built(name) };
          });
    found.set(operation, result);
  }
  return {
    gets: free.map((operation) => found.get(operation) ?? notProbed(operation, undefined, 'not asked')),
    operations,
    schemas: schemas.all,
    needValues: all.length - free.length,
  };
}

/** A target at `https://host/app` has the path `/app` before each of its own. */
function pathBelow(base: string, path: string): string {
  const above = new URL(`${base}/`).pathname.replace(/\/$/, '');
  return above !== '' && path.startsWith(`${above}/`) ? path.slice(above.length) : path;
}

/** `clearCache` as `clear-Cache`. */
function spelled(name: string): string {
  return name.replaceAll(/([a-z0-9])([A-Z])/g, '$1-$2');
}

function reasonToLeave({ path, id, deprecated, success }: Operation): string | undefined {
  if (/[#\s]/.test(path)) return 'its path can not be sent as it stands';
  if (deprecated) return 'its description says that it is deprecated';
  if (NOT_READING.test(spelled(path)) || NOT_READING.test(spelled(id ?? '')))
    return 'by its name it may do more than read';
  if (success?.types.some((type) => /event-stream|octet-stream/.test(type)) === true)
    return `it sends ${success.types.join(', ')}`;
  return undefined;
}

function resultOf(
  operation: Operation,
  answer: ResponseView,
  schemaOf: (
    wish: string,
  ) => { readonly name: string; readonly schema: z.ZodType } | typeof TAKES_EVERYTHING | undefined,
): AskedOperation {
  const { status } = answer;
  if (status === 401 || status === 403)
    return {
      operation,
      result: 'guarded',
      status,
      schema: undefined,
      why: `it answers ${status} without credentials`,
    };
  if (status < 200 || status > 299) {
    const location = answer.headers['location']?.split(/[?#]/, 1)[0];
    const leads =
      status >= 300 && status <= 399 && location !== undefined ? `, which leads to ${location}` : '';
    return notProbed(operation, status, `it answers ${status}${leads}`);
  }
  const described = status === operation.success?.status ? schemaOf(wishedName(operation)) : undefined;
  if (described === undefined || described === TAKES_EVERYTHING) {
    const why =
      described === undefined ? '' : 'its description says nothing that an answer could be held against';
    return { operation, result: 'as-described', status, schema: undefined, why };
  }
  const wrong = misfit(described.schema, answer);
  return {
    operation,
    result: wrong === undefined ? 'as-described' : 'otherwise',
    status,
    schema: described.name,
    why: wrong ?? '',
  };
}

/** Where the body is another one than described; values are not told, they may be about customers. */
function misfit(schema: z.ZodType, { body, undecodable }: ResponseView): string | undefined {
  if (undecodable !== undefined) return undecodable;
  try {
    const shaped = shapeExactly(schema, body);
    if (shaped.ok) return undefined;
    const [issue] = shaped.issues;
    const place = ['body', ...(issue?.path ?? [])].map(String).join('.');
    const more = shaped.issues.length > 1 ? `, and ${shaped.issues.length - 1} more` : '';
    return `${place}: ${issue?.message ?? 'does not fit'}${more}`;
  } catch (error) {
    if (!(error instanceof PlanMistake)) throw error;
    return error.message;
  }
}

function notProbed(operation: Operation, status: number | undefined, why: string): AskedOperation {
  return { operation, result: 'not-probed', status, schema: undefined, why };
}

function wishedName({ id, method, path }: Operation): string {
  return `${id ?? `${method.toLowerCase()} ${path}`} response`;
}
