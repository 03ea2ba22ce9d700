import { createPublicKey } from 'node:crypto';
import { canonicalJson } from '../contract/evidence/canonical.ts';
import { GreenlightError } from '../contract/errors.ts';
import { Seal, SEAL_TYPE, SealedStatement } from '../contract/evidence/seal.ts';
import { decodedPayload, signaturesOf, signersOf } from './envelope.ts';
import type { SigningKey, VerificationKey } from './key-file.ts';

/** A seal by every key; undefined without one. */
export function sealOf(statement: SealedStatement, keys: readonly SigningKey[]): Seal | undefined {
  if (keys.length === 0) return undefined;
  const payload = Buffer.from(canonicalJson(statement), 'utf8');
  return {
    payloadType: SEAL_TYPE,
    payload: payload.toString('base64'),
    signatures: [...signaturesOf(SEAL_TYPE, payload, keys)],
  };
}

/** The public halves: who may seal may also tell whether something is sealed. */
export function publicHalves(keys: readonly SigningKey[]): readonly VerificationKey[] {
  return keys.map(({ id, privateKey }) => ({
    id,
    publicKey: createPublicKey(privateKey),
    name: `with the id ${id.slice(0, 12)}`,
  }));
}

/**
 * Why a seal does not hold for what it is said to be about; undefined when one of the keys made it for exactly that.
 * @param seal as it was read; undefined when there is none
 */
export function brokenSeal(
  seal: unknown,
  wanted: SealedStatement,
  keys: readonly VerificationKey[],
): string | undefined {
  if (seal === undefined) return 'it has no seal: it was written without the key, or the seal was removed';
  const parsed = Seal.safeParse(seal);
  if (!parsed.success) return 'its seal cannot be read';
  const payload = decodedPayload(parsed.data.payload);
  if (payload === undefined) return 'its seal cannot be read';
  if (signersOf({ envelope: parsed.data, payload }, keys).length === 0) {
    return `its seal was not made by the key ${keys.map(({ name }) => name).join(' or ')}`;
  }
  const said = SealedStatement.safeParse(jsonOf(payload)).data;
  if (said === undefined) return 'its seal says something else than a seal does';
  if (said.of !== wanted.of) return `its seal is about a file of another kind (${said.of})`;
  if (said.run.id !== wanted.run.id || said.run.nonce !== wanted.run.nonce) {
    return `its seal is that of another run (${said.run.id}, nonce ${said.run.nonce})`;
  }
  return said.digest === wanted.digest ? undefined : 'it was edited after it was sealed';
}

/** @throws GreenlightError EVIDENCE_UNSEALED with the reason */
export function mustBeSealed(
  seal: unknown,
  wanted: SealedStatement,
  keys: readonly VerificationKey[],
  name: string,
): void {
  const problem = brokenSeal(seal, wanted, keys);
  if (problem !== undefined) throw new GreenlightError('EVIDENCE_UNSEALED', `${name}: ${problem}`);
}

function jsonOf(payload: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(payload).toString('utf8'));
  } catch {
    return undefined; // The caller says that it is no seal.
  }
}
