import { createHash } from 'node:crypto';
import { z } from 'zod';
import { Phase } from '../contract/evidence/outcome.ts';
import type { RunOrder } from '../contract/ports/gate-store.ts';
import { parseBody } from './parse-body.ts';

// It becomes an argument of a program: nothing that a terminal or a log would take for more than text.
const Word = z
  .string()
  .trim()
  .min(1, 'must not be empty')
  .max(200, 'is longer than 200 characters')
  .regex(/^[^\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]*$/u, 'holds characters that cannot be printed');

/** All that a caller may say. Which plan runs, and how, was decided when the gate was started. */
const OrderBody = z
  .strictObject({
    target: Word,
    phase: Phase.default('post-cutover'),
    release: Word.optional(),
    commit: Word.regex(/^[0-9a-f]{7,64}$/i, 'is not a commit')
      .transform((text) => text.toLowerCase())
      .optional(),
    artifact: Word.regex(/^sha256:[0-9a-f]{64}$/, 'must be sha256: and 64 hexadecimal digits').optional(),
    nonce: Word.optional(),
  })
  .refine(({ release, commit, artifact }) => release !== undefined || (commit ?? artifact) === undefined, {
    error: 'commit and artifact need a release',
  });

/** An order that can be carried out, or what is wrong with it in one line. */
export type Ordered = { readonly order: RunOrder } | { readonly problem: string };

/**
 * Reads the body of `POST /v1/runs`.
 * @param id of the run; also its nonce where the caller gives none
 */
export function parseRunOrder(body: string, id: string): Ordered {
  let value: unknown;
  try {
    value = parseBody(body);
  } catch {
    return { problem: 'the body is not JSON, or names a member twice' };
  }
  const parsed = OrderBody.safeParse(value);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    if (issue?.code === 'unrecognized_keys') {
      return { problem: 'unknown part; known are target, phase, release, commit, artifact, nonce' };
    }
    const where = issue?.path[0] === undefined ? '' : `${String(issue.path[0])}: `;
    return { problem: `${where}${issue?.message ?? 'the order is not right'}` };
  }
  const { target, phase, release = null, commit = null, artifact = null, nonce = id } = parsed.data;
  return { order: { target, phase, release, commit, artifact, nonce } };
}

/**
 * The id of a run follows from who asks and with which key, so that asking again finds it, after a restart too.
 * @returns undefined when the key is missing or not printable
 */
export function runIdOf(by: string, key: string | undefined): string | undefined {
  if (key === undefined || !/^[\x21-\x7e]{1,200}$/.test(key)) return undefined;
  return `run-${createHash('sha256').update(`${by}\n${key}`).digest('hex').slice(0, 24)}`;
}

/** The arguments of `greenlight` for an order. Written as one word each, so that no value can become an option. */
export function runArguments(order: RunOrder, planFile: string, output: string): readonly string[] {
  const named = { release: order.release, commit: order.commit, artifact: order.artifact };
  return [
    'run',
    `--config=${planFile}`,
    `--output=${output}`,
    `--phase=${order.phase}`,
    `--nonce=${order.nonce}`,
    ...Object.entries(named).flatMap(([name, value]) => (value === null ? [] : [`--${name}=${value}`])),
  ];
}
