import { z } from 'zod';
import { parseBody } from '../../parse-body.ts';
import { parseQuestion } from '../../question.ts';
import type { HeardQuestion } from '../../route.ts';

/** What Flagger sends. It may send more in a later version; `metadata` is the user's and checked strictly. */
const FlaggerBody = z.object({
  name: z.string().max(300).default(''),
  namespace: z.string().max(300).default(''),
  phase: z.string().max(100).default(''),
  checksum: z.string().max(300).optional(),
  metadata: z.record(z.string(), z.string()).default({}),
});

/**
 * Reads a webhook body. The subject is what `metadata` names; without commit, artifact and nonce it is the checksum
 * of this very rollout, as nonce. The token stands in `metadata` too: Flagger can send no headers.
 */
export function parseFlaggerBody(body: string): HeardQuestion {
  let value: unknown;
  try {
    value = parseBody(body);
  } catch {
    return { asked: { problem: 'the body is not JSON, or names a member twice' }, token: undefined };
  }
  const parsed = FlaggerBody.safeParse(value);
  if (!parsed.success)
    return { asked: { problem: 'the body is not a webhook of Flagger' }, token: undefined };
  const { token, ...named } = parsed.data.metadata;
  const hasSubject = ['commit', 'artifact', 'nonce'].some((part) => Object.hasOwn(named, part));
  const { checksum } = parsed.data;
  const subject = hasSubject || checksum === undefined ? {} : { nonce: checksum };
  return { asked: parseQuestion({ ...named, ...subject }), token };
}
