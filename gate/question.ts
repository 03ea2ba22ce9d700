import { z } from 'zod';
import { Phase } from '../contract/evidence/outcome.ts';

const Name = z.string().trim().min(1, 'must not be empty').max(200, 'is longer than 200 characters');

/**
 * What a consumer asks about. A target alone is no subject: a verdict about yesterday's release, or about staging,
 * must not answer for the release that is being deployed now.
 */
export const Question = z
  .strictObject({
    target: Name,
    phase: Phase.default('post-cutover'),
    release: Name.optional(),
    commit: Name.transform((commit) => commit.toLowerCase()).optional(),
    artifact: Name.optional(),
    /** Deploy id, checksum or whatever else the run was given with --nonce. */
    nonce: Name.optional(),
  })
  .refine(({ commit, artifact, nonce }) => [commit, artifact, nonce].some((part) => part !== undefined), {
    error: 'name the subject: commit, artifact or nonce (the deploy id given to the run)',
  });
export type Question = z.infer<typeof Question>;

/** A question that can be asked, or what is wrong with it in one line. */
export type Asked = { readonly question: Question } | { readonly problem: string };

/** Checks a question completely; a misspelt part is refused, because leaving it out would ask something wider. */
export function parseQuestion(input: Readonly<Record<string, unknown>>): Asked {
  const parsed = Question.safeParse(input);
  if (parsed.success) return { question: parsed.data };
  const issue = parsed.error.issues[0];
  if (issue?.code === 'unrecognized_keys') {
    return { problem: `unknown part in the question; known are ${KNOWN_PARTS.join(', ')}` };
  }
  const where = issue?.path[0] === undefined ? '' : `${String(issue.path[0])}: `;
  return { problem: `${where}${issue?.message ?? 'the question is not right'}` };
}

const KNOWN_PARTS = ['target', 'phase', 'release', 'commit', 'artifact', 'nonce'] as const;

/** Parts of a URL's query. A part that is named twice is refused: two programs would read it differently. */
export function questionOfQuery(query: URLSearchParams): Asked {
  const parts: Record<string, string> = {};
  for (const [name, value] of query) {
    if (Object.hasOwn(parts, name)) return { problem: 'a part of the question is named twice' };
    // A plain object with such a key would change its prototype instead of holding it.
    if (name === '__proto__') return { problem: 'unknown part in the question' };
    parts[name] = value;
  }
  return parseQuestion(parts);
}
