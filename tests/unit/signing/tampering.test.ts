import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Envelope } from '../../../contract/verdict/proof.ts';
import { readVerificationKey, type VerificationKey } from '../../../signing/key-file.ts';
import { verifyProof } from '../../../signing/verify-proof.ts';
import { NOW, signedReport, type SignedReport } from './signed-report.ts';

let report: SignedReport;
let key: VerificationKey;
let envelope: Envelope;
beforeAll(async () => {
  report = await signedReport();
  key = readVerificationKey(path.join(report.directory, 'gate.pub.pem'));
  envelope = report.envelope();
});
afterAll(() => report.remove());

function accepts(text: string): boolean {
  writeFileSync(report.files.proof, text);
  const { refusals } = verifyProof({
    envelope: report.files.proof,
    keys: [key],
    signatures: 1,
    expected: {
      target: 'shop',
      phase: 'post-cutover',
      nonce: 'nonce1',
      release: '2.4.0',
      commit: undefined,
      artifact: undefined,
      urls: {},
      planDigest: undefined,
      policyDigest: undefined,
      maxAge: undefined,
    },
    signOffs: [],
    envelopeOnly: false,
    now: Date.parse(NOW),
  });
  return refusals.length === 0;
}

function flipped(base64: string, at: number, bit: number): string {
  const bytes = Buffer.from(base64, 'base64');
  bytes[at % bytes.length]! ^= 1 << bit;
  return bytes.toString('base64');
}

const place = { at: fc.nat(), bit: fc.integer({ min: 0, max: 7 }) };

test('the untouched envelope is accepted', () => {
  expect(accepts(JSON.stringify(envelope))).toBe(true);
});

test('one bit of the payload is enough to be refused', () => {
  fc.assert(
    fc.property(fc.record(place), ({ at, bit }) => {
      const payload = flipped(envelope.payload, at, bit);
      expect(accepts(JSON.stringify({ ...envelope, payload }))).toBe(false);
    }),
    { numRuns: 300 },
  );
});

test('every single bit of the signature is enough to be refused', () => {
  const { keyid, sig } = envelope.signatures[0] ?? { keyid: '', sig: '' };
  for (let index = 0; index < 64 * 8; index++) {
    const signatures = [{ keyid, sig: flipped(sig, index >> 3, index & 7) }];
    expect(accepts(JSON.stringify({ ...envelope, signatures })), `bit ${index}`).toBe(false);
  }
});

test('no other character in payload or signature passes, not even one that decodes to the same bytes', () => {
  const text = JSON.stringify(envelope);
  const parts = [envelope.payload, envelope.signatures[0]?.sig ?? ''];
  fc.assert(
    fc.property(
      fc.constantFrom(...parts),
      fc.nat(),
      fc.string({ minLength: 0, maxLength: 2 }),
      (part, at, by) => {
        const index = text.indexOf(part) + (at % part.length);
        fc.pre(text[index] !== by);
        // The two alphabets of base64 are the same bytes, and both are right.
        fc.pre(!['+-', '-+', '/_', '_/'].includes(`${text[index]}${by}`));
        // So is the second one without its padding.
        fc.pre(`${text[index]}${by}` !== '=');
        expect(accepts(`${text.slice(0, index)}${by}${text.slice(index + 1)}`)).toBe(false);
      },
    ),
    { numRuns: 500 },
  );
});

test('a file that was cut short anywhere is refused', () => {
  const text = JSON.stringify(envelope);
  fc.assert(
    fc.property(fc.nat(text.length - 1), (length) => {
      expect(accepts(text.slice(0, length))).toBe(false);
    }),
    { numRuns: 100 },
  );
});

test('no JSON at all makes it fall over or accept', () => {
  fc.assert(
    fc.property(fc.json(), (text) => {
      expect(accepts(text)).toBe(false);
    }),
    { numRuns: 200 },
  );
});
