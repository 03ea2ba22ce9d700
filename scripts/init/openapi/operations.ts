import { isJson } from '../../../contract/flow/body.ts';
import { list, type Loose, object } from '../../../contract/flow/loose.ts';
import { type OpenapiDocument, resolvePointer } from './document.ts';

/** One operation of a document, whatever its version. */
export interface Operation {
  readonly method: string;
  /** With the base path of the document: `/api/pets/{id}`. */
  readonly path: string;
  readonly id: string | undefined;
  readonly summary: string | undefined;
  readonly tags: readonly string[];
  readonly deprecated: boolean;
  /** Names of what must be sent besides the method and the path as it stands. */
  readonly required: readonly string[];
  /** Whether the document says that it wants credentials. */
  readonly guarded: boolean;
  /** Of the success that is described first: its status, content types, and the schema of its JSON. */
  readonly success:
    { readonly status: number; readonly types: readonly string[]; readonly schema?: unknown } | undefined;
  /** The schema of a JSON body that is sent. */
  readonly body?: unknown;
}

const METHODS: readonly string[] = ['get', 'post', 'put', 'patch', 'delete'];

/** All operations of a document, in its order. */
export function operationsOf({ root, dialect }: OpenapiDocument): readonly Operation[] {
  const base = basePathOf(root, dialect);
  const everywhere = root['security'];
  return Object.entries(object(root['paths'])).flatMap(([path, raw]) => {
    const item = followed(root, raw);
    return METHODS.filter((method) => Object.keys(object(item[method])).length > 0).map(
      (method): Operation => {
        const operation = object(item[method]);
        const parameters = [...list(item['parameters']), ...list(operation['parameters'])].map((one) =>
          followed(root, one),
        );
        const body = bodyOf(root, operation, parameters, dialect);
        return {
          method: method.toUpperCase(),
          path: `${base}${path.startsWith('/') ? path : `/${path}`}`,
          id: text(operation['operationId']),
          summary: text(operation['summary']) ?? text(item['summary']),
          tags: list(operation['tags']).filter((tag): tag is string => typeof tag === 'string'),
          deprecated: operation['deprecated'] === true,
          required: [
            ...new Set([
              ...[...path.matchAll(/\{([^{}]+)\}/g)].map(([, name = '']) => name),
              ...parameters
                .filter((one) => one['required'] === true && one['in'] !== 'body')
                .map((one) => String(one['name'])),
            ]),
          ],
          guarded: wantsCredentials(operation['security'] ?? everywhere),
          success: successOf(root, operation, dialect),
          ...(body === undefined ? {} : { body }),
        };
      },
    );
  });
}

/** One empty alternative means that it also works without. */
function wantsCredentials(security: unknown): boolean {
  const ways = list(security);
  return ways.length > 0 && ways.every((way) => Object.keys(object(way)).length > 0);
}

/** The path of the first server. Its host says where production is, which is not always what is being judged. */
function basePathOf(root: Loose, dialect: OpenapiDocument['dialect']): string {
  if (dialect === '2') return withoutEnd(text(root['basePath']) ?? '');
  const [first] = list(root['servers']).map(object);
  const variables = object(first?.['variables']);
  const url = (text(first?.['url']) ?? '').replaceAll(
    /\{([^{}]+)\}/g,
    (_, name: string) => text(object(variables[name])['default']) ?? '',
  );
  return URL.canParse(url, 'http://target.invalid')
    ? withoutEnd(new URL(url, 'http://target.invalid').pathname)
    : '';
}

function withoutEnd(path: string): string {
  const begun = path === '' || path.startsWith('/') ? path : `/${path}`;
  return begun.replace(/\/+$/, '');
}

function successOf(root: Loose, operation: Loose, dialect: OpenapiDocument['dialect']): Operation['success'] {
  const responses = object(operation['responses']);
  const found = Object.keys(responses)
    .filter((status) => /^2(\d\d|XX)$/i.test(status))
    .sort()[0];
  if (found === undefined) return undefined;
  const response = followed(root, responses[found]);
  const status = /^\d+$/.test(found) ? Number(found) : 200;
  if (dialect === '2') {
    const types = list(operation['produces'] ?? root['produces']).map(String);
    const saysJson = types.length === 0 || types.some(isJson);
    return {
      status,
      types,
      ...(response['schema'] === undefined || !saysJson ? {} : { schema: response['schema'] }),
    };
  }
  const content = object(response['content']);
  const json = Object.keys(content).find(isJson) ?? (content['*/*'] === undefined ? undefined : '*/*');
  const schema = json === undefined ? undefined : object(content[json])['schema'];
  return { status, types: Object.keys(content), ...(schema === undefined ? {} : { schema }) };
}

function bodyOf(
  root: Loose,
  operation: Loose,
  parameters: readonly Loose[],
  dialect: OpenapiDocument['dialect'],
): unknown {
  if (dialect === '2') return parameters.find((one) => one['in'] === 'body')?.['schema'];
  const content = object(followed(root, operation['requestBody'])['content']);
  const json = Object.keys(content).find(isJson);
  return json === undefined ? undefined : object(content[json])['schema'];
}

/** An object of the document, behind its references; references to references end somewhere. */
function followed(root: Loose, raw: unknown): Loose {
  let at = raw;
  for (let hops = 0; hops < 10; hops += 1) {
    const ref = object(at)['$ref'];
    if (typeof ref !== 'string') break;
    at = resolvePointer(root, ref);
  }
  return object(at);
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' && value.trim() !== '' ? value.trim() : undefined;
}
