import type { Envelope } from '../contract/verdict/proof.ts';

/** The shape that Sigstore's tools read. */
export interface SigstoreBundle {
  readonly mediaType: 'application/vnd.dev.sigstore.bundle.v0.3+json';
  readonly verificationMaterial: { readonly publicKey: { readonly hint: string }; readonly tlogEntries: [] };
  readonly dsseEnvelope: Envelope;
}

/**
 * The same envelope as a Sigstore bundle. It claims no entry in a transparency log, so it is verified by key alone.
 * The signature goes without its key id: cosign computes one of its own kind from the key that it is given, and passes
 * over a signature that names another.
 * @param hint base64 of the SHA-256 of the public key
 * @returns undefined unless the envelope has exactly one signature, which is what a bundle must have
 */
export function sigstoreBundle(envelope: Envelope, hint: string): SigstoreBundle | undefined {
  const [signature, ...more] = envelope.signatures;
  if (signature === undefined || more.length > 0) return undefined;
  return {
    mediaType: 'application/vnd.dev.sigstore.bundle.v0.3+json',
    verificationMaterial: { publicKey: { hint }, tlogEntries: [] },
    dsseEnvelope: { ...envelope, signatures: [{ ...signature, keyid: '' }] },
  };
}
