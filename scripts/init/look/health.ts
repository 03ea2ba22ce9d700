import { object } from '../../../contract/flow/loose.ts';
import type { ResponseView } from '../../../contract/flow/http.ts';
import { call, chained, type Expression } from '../openapi/zod-expression.ts';
import type { Asker } from './asker.ts';
import type { IsNothing } from './pages.ts';

/** A document that says how the target is. */
export interface Health {
  readonly path: string;
  readonly status: number;
  /** What a healthy answer looks like, as it was seen; undefined where it said that something is wrong. */
  readonly schema: Expression | undefined;
  /** What it said, in a word: `UP`, `503`. */
  readonly said: string;
  readonly answer: ResponseView;
}

/** Where frameworks and clusters have it, the most telling first. */
const PATHS = [
  '/readyz',
  '/health/ready',
  '/actuator/health',
  '/healthz',
  '/health',
  '/api/health',
  '/up',
] as const;

/** Fields in which documents say it, and words that mean well. */
const FIELDS = ['status', 'state', 'health', 'ok', 'healthy', 'ready', 'alive'] as const;
const WELL =
  /^(?:ok|okay|up|pass|passing|healthy|ready|alive|green|good|success|available|online|live|running)$/i;
const ILL =
  /^(?:down|fail|failed|failing|unhealthy|error|red|critical|degraded|out_of_service|not[ _-]?ready)$/i;

/** Asks the usual addresses for a health document, and takes the first one that is one. */
export async function findHealth(
  asker: Asker,
  base: string,
  isNothing: IsNothing,
): Promise<Health | undefined> {
  let ill: Health | undefined;
  for (const path of PATHS) {
    const asked = await asker.get(`${base}${path}`);
    if ('none' in asked || isNothing(asked.answer)) continue;
    const health = healthOf(path, asked.answer);
    if (health?.schema !== undefined) return health;
    ill ??= health;
  }
  return ill;
}

/** What an answer says about health; undefined for one that is no health document. */
export function healthOf(path: string, answer: ResponseView): Health | undefined {
  const { status, body, headers } = answer;
  const well = status >= 200 && status <= 299;
  if (!well && status !== 503 && status !== 500) return undefined;
  if (typeof body === 'string') {
    const word = body.trim();
    // A page that loads scripts for every path is no answer.
    if (/html/i.test(headers['content-type'] ?? '') && !well) return undefined;
    if (well && WELL.test(word)) {
      const schema = chained(call('string'), 'regex', new RegExp(`^\\s*${word}\\s*$`));
      return { path, status, schema, said: word, answer };
    }
    // `/up` of Rails and others is a green page.
    return ILL.test(word) ? { path, status, schema: undefined, said: word, answer } : undefined;
  }
  const document = object(body);
  const field = FIELDS.find((name) => isClaim(document[name]));
  if (field === undefined) return undefined;
  const claim = document[field] as string | boolean;
  const said = String(claim);
  const good = well && (claim === true || (typeof claim === 'string' && WELL.test(claim)));
  const schema = good ? call('object', { members: { [field]: call('literal', claim) } }) : undefined;
  return { path, status, schema, said: good ? said : `${said} (${status})`, answer };
}

function isClaim(value: unknown): boolean {
  return typeof value === 'boolean' || (typeof value === 'string' && (WELL.test(value) || ILL.test(value)));
}
