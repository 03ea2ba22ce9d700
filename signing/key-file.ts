import {
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
} from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { GreenlightError } from '../contract/errors.ts';

/** A key that signs. */
export interface SigningKey {
  readonly id: string;
  readonly privateKey: KeyObject;
}

/** A key that verifies, and what to call it. */
export interface VerificationKey {
  readonly id: string;
  readonly publicKey: KeyObject;
  readonly name: string;
}

/** A new ed25519 pair as PEM texts. */
export function newKeyPair(): {
  readonly id: string;
  readonly privatePem: string;
  readonly publicPem: string;
} {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  return {
    id: keyIdOf(publicKey),
    privatePem: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    publicPem: publicKey.export({ type: 'spki', format: 'pem' }).toString(),
  };
}

/** SHA-256 of the SPKI bytes, in hexadecimal: `openssl pkey -pubin -in key.pub.pem -outform DER | sha256sum`. */
export function keyIdOf(key: KeyObject): string {
  const publicKey = key.type === 'private' ? createPublicKey(key) : key;
  return createHash('sha256')
    .update(publicKey.export({ type: 'spki', format: 'der' }))
    .digest('hex');
}

/**
 * A private key from a file that only its owner (and group) may read.
 * @throws GreenlightError KEY_UNUSABLE that says what is wrong with the file
 */
export function readSigningKey(file: string): SigningKey {
  const text = readKeyFile(file);
  const mode = statSync(file).mode;
  // A group may read: that is how Kubernetes hands a secret to a process that is not root.
  if ((mode & 0o027) !== 0) {
    throw unusable(
      file,
      `others may use this private key (mode ${(mode & 0o777).toString(8)})`,
      `chmod 600 ${file}`,
    );
  }
  return signingKeyOf(text, file);
}

/**
 * A private key from a PEM text.
 * @param name what to call it in an error; the text itself is never shown
 * @throws GreenlightError KEY_UNUSABLE when it is no ed25519 key
 */
export function signingKeyOf(pem: string, name: string): SigningKey {
  let privateKey: KeyObject;
  try {
    privateKey = createPrivateKey(pem);
  } catch {
    // OpenSSL's message is no help, and nothing of a key belongs into a log.
    throw unusable(name, 'it holds no private key in PEM without a passphrase');
  }
  mustBeEd25519(privateKey, name);
  return { id: keyIdOf(privateKey), privateKey };
}

/**
 * A public key from a file.
 * @throws GreenlightError KEY_UNUSABLE when it is none, also when it is a private one
 */
export function readVerificationKey(file: string): VerificationKey {
  const text = readKeyFile(file);
  // Node would quietly derive the public key, and the private one would stay where it does not belong.
  if (text.includes('PRIVATE KEY')) {
    throw unusable(
      file,
      'it holds a private key: verify with the public one, and keep the private one away from here',
    );
  }
  if (text.split('-----BEGIN').length > 2) {
    // Node would take the first one and say nothing of the others.
    throw unusable(file, 'it holds more than one key: give each in a file of its own, with --key again');
  }
  let publicKey: KeyObject;
  try {
    publicKey = createPublicKey(text);
  } catch {
    throw unusable(file, 'it holds no public key in PEM');
  }
  mustBeEd25519(publicKey, file);
  return { id: keyIdOf(publicKey), publicKey, name: file };
}

function readKeyFile(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    throw new GreenlightError('KEY_UNUSABLE', `the key ${file} cannot be read`, { cause });
  }
}

function mustBeEd25519(key: KeyObject, name: string): void {
  if (key.asymmetricKeyType === 'ed25519') return;
  throw unusable(name, `it is a key of type ${key.asymmetricKeyType ?? 'unknown'}, and must be ed25519`);
}

/** @param hint where something else than a new pair helps */
function unusable(name: string, problem: string, hint?: string): GreenlightError {
  return new GreenlightError('KEY_UNUSABLE', `the key ${name} cannot be used: ${problem}`, {
    ...(hint === undefined ? {} : { hint }),
  });
}
