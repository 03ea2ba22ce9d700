import { list, object } from '../../../contract/flow/loose.ts';
import { resolvePointer } from '../openapi/document.ts';
import type { Operation } from '../openapi/operations.ts';
import { block, comment, commentedOut, propertyName, quoted } from '../../../host/typescript-source.ts';

/** Tags of which a journey is drafted. */
const MOST_TAGS = 12;

/**
 * One journey for each tag of an API, as comments: what it has for a visitor who reads, writes and reads again. Values that
 * nobody can know are left for a person.
 */
export function exampleFlows(
  operations: readonly Operation[],
  root: unknown,
  newId: (words: string) => string,
): string[] {
  const tags = new Map<string, Operation[]>();
  for (const operation of operations) {
    if (operation.deprecated) continue;
    for (const tag of operation.tags.slice(0, 1)) tags.set(tag, [...(tags.get(tag) ?? []), operation]);
  }
  const drafts = [...tags].slice(0, MOST_TAGS).flatMap(([tag, all]) => draft(tag, all, root, newId));
  if (drafts.length === 0) return [];
  return [
    ...comment(
      'One draft of a journey for each tag of the API. Take the slashes away, put in what only you know, and name it in flows.',
    ),
    ...drafts,
    '',
  ];
}

function draft(
  tag: string,
  all: readonly Operation[],
  root: unknown,
  newId: (words: string) => string,
): string[] {
  const reads = all.find(({ method, required }) => method === 'GET' && required.length === 0);
  const creates = all.find(({ method, required }) => method === 'POST' && required.length === 0);
  const readsOne = all.find(({ method, required }) => method === 'GET' && required.length > 0);
  const steps = [reads, creates, readsOne].filter((one) => one !== undefined);
  if (steps.length === 0) return [];
  const id = newId(`${tag} journey works`);
  const lines = steps.flatMap((operation) => step(operation, root));
  const last = lines.length - 1;
  const name = `${id.replaceAll(/-(\w)/g, (_, letter: string) => letter.toUpperCase()).replace(/^\d/, 'n$&')}`;
  return commentedOut([
    '',
    `const ${name} = flow('${id}', { title: ${quoted(`${tag}: the journey works`)} })`,
    // What is unlike each time belongs to this run alone, and is found again.
    ...(creates === undefined ? [] : ['  .given((ctx) => ({ own: ctx.unique() }))']),
    ...lines.map((line, index) => `  ${line.replaceAll('\n', '\n  ')}${index === last ? ';' : ''}`),
  ]);
}

function step(operation: Operation, root: unknown): string[] {
  const { method, path, summary, id, body } = operation;
  const said = (summary ?? id ?? `${method} ${path}`).replaceAll(/\s+/g, ' ').slice(0, 60);
  const filled = path.replaceAll(/\{([^{}]+)\}/g, (_, name: string) => `TODO-${name}`);
  const parts = [`method: '${method}'`, `path: ${quoted(filled)}`];
  if (body !== undefined) parts.push(`json: ${sample(body, root, 0)}`);
  return [
    block(
      `.request(${quoted(
        said
          .toLowerCase()
          .replaceAll(/[^a-z0-9]+/g, ' ')
          .trim() || 'ask',
      )}, {`,
      [
        `request: (${method === 'POST' ? '{ captured }' : ''}) => ({ ${parts.join(', ')} }),`,
        ...(method === 'POST'
          ? [
              `// It creates data: name its kind in created, with what removes it, and the host in allow.createData.`,
              `creates: ({ captured }) => ({ kind: 'TODO', identity: captured.own }),`,
            ]
          : []),
      ],
      `})`,
    ),
  ];
}

const DEEPEST = 4;

/** A body that fits a schema: what it gives as an example, or else its required fields. */
function sample(schema: unknown, root: unknown, depth: number): string {
  const given = object(schema);
  const { $ref, example, examples } = given;
  const said = example ?? given['default'] ?? list(examples)[0] ?? given['const'] ?? list(given['enum'])[0];
  if (said !== undefined) return literal(said);
  if (depth > DEEPEST) return '{}';
  if (typeof $ref === 'string') return sample(resolvePointer(root, $ref), root, depth + 1);
  const [part] = [...list(given['allOf']), ...list(given['oneOf']), ...list(given['anyOf'])];
  if (part !== undefined && given['properties'] === undefined) return sample(part, root, depth + 1);
  const type: unknown = Array.isArray(given['type']) ? (given['type'] as unknown[])[0] : given['type'];
  switch (type) {
    case 'integer':
    case 'number':
      return typeof given['minimum'] === 'number' ? String(given['minimum']) : '1';
    case 'boolean':
      return 'true';
    case 'array':
      return `[${sample(given['items'], root, depth + 1)}]`;
    case 'string':
      return text(given['format']);
    default: {
      const required = list(given['required']);
      const members = Object.entries(object(given['properties']))
        .filter(([name, property]) => required.includes(name) && object(property)['readOnly'] !== true)
        .map(([name, property]) => `${propertyName(name)}: ${sample(property, root, depth + 1)}`);
      return members.length === 0 ? '{}' : `{ ${members.join(', ')} }`;
    }
  }
}

/** A text of a body; `own` is what the journey begins with. */
function text(format: unknown): string {
  switch (format) {
    case 'email':
      return `captured.own + '@example.com'`;
    case 'date':
      return `'2030-01-01'`;
    case 'date-time':
      return `'2030-01-01T00:00:00Z'`;
    case 'uuid':
      return `'00000000-0000-4000-8000-000000000000'`;
    case 'uri':
      return `'https://example.com/'`;
    default:
      return 'captured.own';
  }
}

function literal(value: unknown): string {
  if (typeof value === 'string') return quoted(value);
  if (Array.isArray(value)) return `[${value.map(literal).join(', ')}]`;
  if (typeof value !== 'object' || value === null) return String(value);
  const members = Object.entries(value).map(([name, member]) => `${propertyName(name)}: ${literal(member)}`);
  return members.length === 0 ? '{}' : `{ ${members.join(', ')} }`;
}
