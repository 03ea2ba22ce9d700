import { describe, expect, test } from 'vitest';
import { SignOffStatement, VerdictStatement } from '../../../contract/verdict/proof.ts';
import type { Verdict } from '../../../contract/verdict/verdict.ts';
import { preAuthenticationEncoding } from '../../../signing/pae.ts';
import { signOffStatement } from '../../../signing/sign-off-statement.ts';
import { verdictStatement } from '../../../signing/verdict-statement.ts';
import { judge } from '../../../reporters/judge.ts';
import { attempt, DECIDED, evidenceOf, failing, planned } from './evidence-builders.ts';

const DIGEST = (digit: string): string => `sha256:${digit.repeat(64)}`;
const COMMIT = '3f2c1ab'.padEnd(40, '0');
const WANTED = { id: '2.4.0', commit: COMMIT, artifact: DIGEST('a') };

const releaseSeen = attempt('wanted-release-runs', {
  findings: [
    {
      check: 'wanted-release-runs',
      outcome: 'pass',
      summary: 'It runs 2.4.0.',
      observedRelease: { id: '2.4.0', commit: COMMIT },
    },
  ],
});

function verdict(extra: Parameters<typeof evidenceOf>[2] = {}, last = attempt('order-can-be-paid')): Verdict {
  const evidence = evidenceOf(
    [planned('wanted-release-runs'), planned('order-can-be-paid')],
    [releaseSeen, last],
    {
      subject: { target: 'shop', urls: { app: 'https://shop.example.com' }, wanted: WANTED },
      planDigest: DIGEST('b'),
      policyDigest: DIGEST('c'),
      ...extra,
    },
  );
  return judge(evidence, DECIDED, DIGEST('d'));
}

function paeText(type: string, body: string): string {
  return new TextDecoder().decode(preAuthenticationEncoding(type, new TextEncoder().encode(body)));
}

describe('the pre-authentication encoding', () => {
  test('is that of the DSSE specification', () => {
    expect(paeText('http://example.com/HelloWorld', 'hello world')).toBe(
      'DSSEv1 29 http://example.com/HelloWorld 11 hello world',
    );
  });

  test.each([
    ['', '', 'DSSEv1 0  0 '],
    ['é', 'ü€', 'DSSEv1 2 é 5 ü€'],
    ['a 1', 'b', 'DSSEv1 3 a 1 1 b'],
  ])('counts bytes: %j and %j', (type, body, expected) => {
    expect(paeText(type, body)).toBe(expected);
  });
});

describe('the statement of a verdict', () => {
  test('names commit, artifact and verdict file, and says all that a deploy must compare', () => {
    const statement = verdictStatement(verdict(), DIGEST('e'));
    expect(VerdictStatement.parse(statement)).toEqual(statement);
    expect(statement).toMatchObject({
      _type: 'https://in-toto.io/Statement/v1',
      subject: [
        { name: 'commit', digest: { gitCommit: COMMIT } },
        { name: 'artifact', digest: { sha256: 'a'.repeat(64) } },
        { name: 'verdict.json', digest: { sha256: 'e'.repeat(64) } },
      ],
      predicateType: 'https://in-toto.io/attestation/test-result/v0.1',
      predicate: {
        result: 'PASSED',
        configuration: [{ name: 'plan' }, { name: 'policy' }],
        passedTests: ['wanted-release-runs', 'order-can-be-paid'],
        warnedTests: [],
        failedTests: [],
        greenlight: {
          decision: 'GO',
          run: { id: 'run1', nonce: 'nonce1', phase: 'post-cutover' },
          target: 'shop',
          release: WANTED,
          observed: { id: '2.4.0', commit: COMMIT },
          evidenceDigest: DIGEST('d'),
          decidedAt: DECIDED,
        },
      },
    });
  });

  test('warns where a failure did not decide', () => {
    const statement = verdictStatement(
      verdict(
        {
          policy: {
            waivers: [{ check: 'order-can-be-paid', reason: 'known', owner: 'Ada', until: '2026-12-31' }],
          },
        },
        failing('order-can-be-paid'),
      ),
      DIGEST('e'),
    );
    expect(statement?.predicate).toMatchObject({ result: 'WARNED', warnedTests: ['order-can-be-paid'] });
  });

  test('is silent for NO_GO and INCONCLUSIVE', () => {
    const noGo = verdict({}, failing('order-can-be-paid'));
    const inconclusive = verdict({ faults: [{ kind: 'other', message: 'a broken part' }] });
    expect([noGo.decision, inconclusive.decision]).toEqual(['NO_GO', 'INCONCLUSIVE']);
    expect(verdictStatement(noGo, DIGEST('e'))).toBeUndefined();
    expect(verdictStatement(inconclusive, DIGEST('e'))).toBeUndefined();
  });

  test('refuses a shortened commit and a GO that rests on nothing', () => {
    const short = verdict({
      subject: { target: 'shop', urls: {}, wanted: { id: '2.4.0', commit: COMMIT.slice(0, 12) } },
    });
    expect(short.decision).toBe('GO');
    expect(() => verdictStatement(short, DIGEST('e'))).toThrow('full commit');
    expect(() => verdictStatement({ ...verdict(), evidenceDigest: null }, DIGEST('e'))).toThrow('evidence');
  });
});

test('a sign-off is bound to one verdict', () => {
  const statement = signOffStatement(
    { decision: 'no-go', name: 'Ada', role: 'DBA', comment: 'two rows', signedAt: DECIDED },
    verdict(),
    DIGEST('e'),
  );
  expect(SignOffStatement.parse(statement)).toEqual(statement);
  expect(statement.subject).toEqual([{ name: 'verdict.json', digest: { sha256: 'e'.repeat(64) } }]);
  expect(statement.predicate.run).toEqual({ id: 'run1', nonce: 'nonce1' });
});
