import { parseJson } from './exact-json.ts';

/** A body as it is judged. */
export interface DecodedBody {
  /** Parsed JSON when the content type says JSON, else text. Integers beyond 2^53 are `bigint`. */
  readonly body: unknown;
  /** The text of it. Bytes that say of no charset and are not UTF-8 are one character each. */
  readonly text: string;
  /** Why it is not what its headers say, in words; then `body` is the text. */
  readonly undecodable?: string;
}

const BYTE_ORDER_MARK = '\ufeff';

/** Whether a content type says JSON: `application/json` and all that end with `+json`, and no sequences of it. */
export function isJson(contentType: string | undefined): boolean {
  return /[/+]json\s*(?:;|$)/i.test(contentType ?? '');
}

/** The charset that a content type declares, as it stands there. */
export function charsetOf(contentType: string | undefined): string | undefined {
  return /;\s*charset\s*=\s*"?([^\s;"]+)/i.exec(contentType ?? '')?.[1];
}

/** Parses a body that is text already. An empty one is no broken JSON: many answers without content say JSON. */
export function decodeText(contentType: string | undefined, received: string): DecodedBody {
  const text = received.startsWith(BYTE_ORDER_MARK) ? received.slice(1) : received;
  if (!isJson(contentType) || text.trim() === '') return { body: text, text };
  try {
    return { body: parseJson(text), text };
  } catch {
    // A schema that asks for an object then fails as well, and shows this text as what was measured.
    return { body: text, text, undecodable: 'not JSON' };
  }
}
