const utf8 = new TextEncoder();

/**
 * DSSE's pre-authentication encoding: the bytes that are signed. Lengths are in bytes, so that no other pair of type
 * and body gives the same bytes.
 */
export function preAuthenticationEncoding(payloadType: string, body: Uint8Array): Uint8Array {
  const type = utf8.encode(payloadType);
  const head = utf8.encode(`DSSEv1 ${type.length} ${payloadType} ${body.length} `);
  const encoded = new Uint8Array(head.length + body.length);
  encoded.set(head);
  encoded.set(body, head.length);
  return encoded;
}
