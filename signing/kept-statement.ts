import { createPublicKey, type KeyObject } from 'node:crypto';
import { canonicalJson } from '../contract/evidence/canonical.ts';
import type { Attestation } from '../contract/evidence/attestation.ts';
import { KEPT_STATEMENT_TYPE, KeptLine, type KeptStatement } from '../contract/verdict/kept-statement.ts';
import { sha256Of } from '../host/file-digest.ts';
import { decodedPayload, signaturesOf, signersOf } from './envelope.ts';
import { keyIdOf, type SigningKey } from './key-file.ts';

/** The line that keeps a statement, signed where there is a key. */
export function keptLine(statement: KeptStatement, key: SigningKey | undefined): KeptLine {
  const text = canonicalJson(statement);
  const line = { schema: 'greenlight/statement@1', statement, digest: sha256Of(text) } as const;
  if (key === undefined) return line;
  const [signature] = signaturesOf(KEPT_STATEMENT_TYPE, Buffer.from(text, 'utf8'), [key]);
  const publicKey = createPublicKey(key.privateKey).export({ type: 'spki', format: 'der' });
  return { ...line, signed: { publicKey: publicKey.toString('base64'), signature: signature?.sig ?? '' } };
}

/**
 * Reads a line of the file of statements.
 * @returns the statement with the id of the key that signed it, or why the line cannot be believed
 */
export function readKeptLine(text: string): Attestation | string {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return 'is no JSON: it was cut short or edited';
  }
  const parsed = KeptLine.safeParse(value);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    return `is no statement of this version: ${issue?.path.join('.') ?? ''}: ${issue?.message ?? ''}`;
  }
  return attestationOf(parsed.data);
}

/** What was said in a line, with the key that signed it; or why it cannot be believed. */
export function attestationOf({ statement, digest, signed }: KeptLine): Attestation | string {
  const { run, ...said } = statement;
  const text = canonicalJson(statement);
  const read = { ...said, keptAs: digest, ...(run === null ? {} : { run }) };
  if (signed === undefined) {
    return digest === sha256Of(text) ? read : 'was edited: its digest is that of another statement';
  }
  const publicKey = publicKeyOf(signed.publicKey);
  if (publicKey === undefined) return 'has a key that is no ed25519 key';
  const payload = Buffer.from(text, 'utf8');
  const envelope = {
    payloadType: KEPT_STATEMENT_TYPE,
    signatures: [{ keyid: '', sig: signed.signature }],
  };
  const key = { id: keyIdOf(publicKey), publicKey, name: 'of the line' };
  if (signersOf({ envelope, payload }, [key]).length === 0 || digest !== sha256Of(text)) {
    return 'was edited after it was signed';
  }
  return { ...read, key: key.id };
}

function publicKeyOf(base64: string): KeyObject | undefined {
  const der = decodedPayload(base64);
  if (der === undefined) return undefined;
  try {
    const key = createPublicKey({ key: der, format: 'der', type: 'spki' });
    return key.asymmetricKeyType === 'ed25519' ? key : undefined;
  } catch {
    return undefined; // The caller says that it is no key.
  }
}
