import { sign, verify } from 'node:crypto';
import {
  Envelope,
  PAYLOAD_TYPE,
  type SignOffStatement,
  type VerdictStatement,
} from '../contract/verdict/proof.ts';
import { preAuthenticationEncoding } from './pae.ts';
import type { SigningKey, VerificationKey } from './key-file.ts';

/** An envelope whose payload could be decoded. Nothing about it is trusted yet. */
export interface OpenedEnvelope {
  readonly envelope: Envelope;
  readonly payload: Uint8Array;
  /** What the payload says, as JSON. */
  readonly statement: unknown;
}

/** Signs a statement with every key. */
export function signStatement(
  statement: VerdictStatement | SignOffStatement,
  keys: readonly SigningKey[],
): Envelope {
  const payload = Buffer.from(JSON.stringify(statement), 'utf8');
  return {
    payload: payload.toString('base64'),
    payloadType: PAYLOAD_TYPE,
    signatures: [...signaturesOf(PAYLOAD_TYPE, payload, keys)],
  };
}

/** What every key says under a payload of a type; the type is signed too, so that no payload passes for another. */
export function signaturesOf(
  payloadType: string,
  payload: Uint8Array,
  keys: readonly SigningKey[],
): Envelope['signatures'] {
  const bytes = preAuthenticationEncoding(payloadType, payload);
  return keys.map(({ id, privateKey }) => ({
    keyid: id,
    sig: sign(null, bytes, privateKey).toString('base64'),
  }));
}

/**
 * Takes the text of an envelope apart.
 * @throws Error whose message says what is wrong with it
 */
export function openEnvelope(text: string): OpenedEnvelope {
  const parsed = Envelope.safeParse(jsonOf(text, 'the envelope'));
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    throw new Error(`the envelope is not DSSE: ${issue?.path.join('.') ?? ''}: ${issue?.message ?? ''}`);
  }
  const payload = decodedPayload(parsed.data.payload);
  if (payload === undefined) throw new Error('the payload is not base64');
  return { envelope: parsed.data, payload, statement: jsonOf(textOf(payload), 'the payload') };
}

/** The keys, each once, whose signature under this envelope is right. */
export function signersOf(
  {
    envelope,
    payload,
  }: {
    readonly envelope: { readonly payloadType: string; readonly signatures: Envelope['signatures'] };
    readonly payload: Uint8Array;
  },
  keys: readonly VerificationKey[],
): readonly VerificationKey[] {
  const bytes = preAuthenticationEncoding(envelope.payloadType, payload);
  const signatures = envelope.signatures.flatMap(({ sig }) => decodedPayload(sig) ?? []);
  const distinct = keys.filter((key, index) => keys.findIndex(({ id }) => id === key.id) === index);
  return distinct.filter(({ publicKey }) =>
    signatures.some((signature) => verify(null, bytes, publicKey, signature)),
  );
}

/** Either alphabet, as DSSE demands, but only the one spelling: Node skips over whatever is no base64. */
export function decodedPayload(text: string): Buffer | undefined {
  const bytes = Buffer.from(text, 'base64');
  const standard = bytes.toString('base64');
  const spellings = [standard, bytes.toString('base64url'), standard.replace(/\+/g, '-').replace(/\//g, '_')];
  return spellings.includes(text) ? bytes : undefined;
}

function textOf(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new Error('the payload is not UTF-8');
  }
}

function jsonOf(text: string, what: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new Error(`${what} is not JSON`);
  }
}
