import { expect, test } from 'vitest';
import fc from 'fast-check';
import { createLineRedactor } from '../../../safety/line-redactor.ts';
import { createRedactor } from '../../../safety/redactor.ts';

const SECRET = 'Stream-secret-42';

function inPieces(text: string, cuts: readonly number[]): string {
  const lines = createLineRedactor(createRedactor({ env: {}, values: [SECRET] }));
  const sorted = [0, ...cuts.map((cut) => cut % (text.length + 1)).sort((a, b) => a - b), text.length];
  const out = sorted.slice(1).map((cut, index) => lines.write(text.slice(sorted[index], cut)));
  return out.join('') + lines.flush();
}

test('a secret is masked wherever the pieces end', () => {
  const text = `one ${SECRET}\ntwo Bearer abcdef123456\n${SECRET}${SECRET} end`;
  const expected = 'one [redacted]\ntwo Bearer [redacted]\n[redacted][redacted] end';
  fc.assert(
    fc.property(fc.array(fc.nat(), { maxLength: 8 }), (cuts) => {
      expect(inPieces(text, cuts)).toBe(expected);
    }),
  );
});

test('a private key is masked although it has many lines', () => {
  const text = 'a\n-----BEGIN PRIVATE KEY-----\nMIIEvQ\nIBADAN\n-----END PRIVATE KEY-----\nb\n';
  for (const cuts of [[], [5], [40, 45], [1, 2, 3, 60]]) {
    const out = inPieces(text, cuts);
    expect(out).not.toMatch(/MIIEvQ|IBADAN/);
    expect(out).toMatch(/^a\n\[redacted\]\nb\n$/);
  }
});

test('nothing is lost from a line that never ends', () => {
  const lines = createLineRedactor(createRedactor({ env: {} }));
  const out = lines.write('word '.repeat(300_000)) + lines.flush();
  expect(out.length).toBe(1_500_000);
});
