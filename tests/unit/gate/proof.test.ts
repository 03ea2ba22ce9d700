import { createPublicKey } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { verdictStatement } from '../../../signing/verdict-statement.ts';
import { sha256Of } from '../../../host/file-digest.ts';
import { signStatement } from '../../../signing/envelope.ts';
import {
  newKeyPair,
  signingKeyOf,
  type SigningKey,
  type VerificationKey,
} from '../../../signing/key-file.ts';
import { type GateUnderTest, startGate } from './gate-under-test.ts';
import { COMMIT, MINUTE, TARGET, verdictOf, type VerdictOf } from './verdicts.ts';

function pair(name: string): { readonly signing: SigningKey; readonly verifying: VerificationKey } {
  const { id, privatePem, publicPem } = newKeyPair();
  return {
    signing: signingKeyOf(privatePem, name),
    verifying: { id, name, publicKey: createPublicKey(publicPem) },
  };
}

const ours = pair('ours');
const theirs = pair('theirs');
const QUERY = new URLSearchParams({ target: TARGET, commit: COMMIT }).toString();

let gate: GateUnderTest;
beforeEach(async () => {
  gate = await startGate({ keys: [pair('an older one').verifying, ours.verifying] });
});
afterEach(() => gate.close());

function envelopeOf(text: string, verdict: ReturnType<typeof verdictOf>, key: SigningKey): string {
  const statement = verdictStatement(verdict, sha256Of(text));
  if (statement === undefined) throw new Error('only a GO is signed');
  return JSON.stringify(signStatement(statement, [key]));
}

/** Writes a report; `change` gets the envelope of exactly this verdict. */
function writeReport(
  options: VerdictOf,
  change: (envelope: string) => string | undefined,
  key = ours.signing,
): void {
  const directory = path.join(gate.runs, options.run ?? 'run1');
  mkdirSync(directory, { recursive: true });
  const verdict = verdictOf(options);
  const text = JSON.stringify(verdict);
  writeFileSync(path.join(directory, 'verdict.json'), text);
  if (verdict.decision !== 'GO') return;
  const proof = change(envelopeOf(text, verdict, key));
  if (proof !== undefined) writeFileSync(path.join(directory, 'verdict.dsse.json'), proof);
}

async function ask(): Promise<{ readonly verdict: string; readonly reason: string }> {
  const answer = await fetch(`${gate.url}/v1/argo?${QUERY}`);
  return (await answer.json()) as { verdict: string; reason: string };
}

describe('a gate with keys', () => {
  test('believes a GO that one of them signed', async () => {
    writeReport({ decision: 'GO' }, (envelope) => envelope);
    expect((await ask()).verdict).toBe('GO');
  });

  const other = verdictOf({ decision: 'GO', run: 'run0', decidedAt: Date.now() - 2 * MINUTE });
  test.each([
    ['is not there', () => undefined, 'not signed'],
    ['is cut short', (envelope: string) => envelope.slice(0, -9), 'cannot be read'],
    [
      'has no signature left',
      (envelope: string) => JSON.stringify({ ...parse(envelope), signatures: [] }),
      'not signed by',
    ],
    ['is by a stranger', () => envelopeOf('x', other, theirs.signing), 'not signed by'],
    [
      'belongs to an earlier run',
      () => envelopeOf(JSON.stringify(other), other, ours.signing),
      'another verdict',
    ],
    [
      'has another payload',
      (envelope: string) => {
        const payload = Buffer.from(JSON.stringify(verdictStatement(other, `sha256:${'0'.repeat(64)}`)));
        return JSON.stringify({ ...parse(envelope), payload: payload.toString('base64') });
      },
      'not signed by',
    ],
  ])('a GO whose proof %s is INCONCLUSIVE', async (_title, change, reason) => {
    writeReport({ decision: 'GO' }, change);
    expect(await ask()).toMatchObject({
      verdict: 'INCONCLUSIVE',
      reason: expect.stringContaining(reason) as string,
    });
  });

  test('a verdict that was edited after it was signed is not believed', async () => {
    writeReport({ decision: 'GO' }, (envelope) => envelope);
    const edited = verdictOf({ decision: 'GO', expiresAt: Date.now() + 900 * MINUTE });
    writeFileSync(path.join(gate.runs, 'run1', 'verdict.json'), JSON.stringify(edited));
    expect((await ask()).verdict).toBe('INCONCLUSIVE');
  });

  test('a NO_GO stands without a signature, because only GO is signed', async () => {
    writeReport({ decision: 'GO' }, (envelope) => envelope);
    writeReport({ decision: 'NO_GO', run: 'run2' }, () => undefined);
    expect((await ask()).verdict).toBe('NO_GO');
  });

  test('a proof that comes later is seen', async () => {
    writeReport({ decision: 'GO' }, () => undefined);
    expect((await ask()).verdict).toBe('INCONCLUSIVE');
    writeReport({ decision: 'GO' }, (envelope) => envelope);
    expect((await ask()).verdict).toBe('GO');
  });
});

test('a NO_GO that was answered once stands after a restart, although its file became a GO', async () => {
  const first = await startGate();
  const directory = path.join(first.runs, 'run1');
  mkdirSync(directory);
  const write = (options: VerdictOf): void =>
    writeFileSync(path.join(directory, 'verdict.json'), JSON.stringify(verdictOf(options)));
  const asked = async (url: string): Promise<number> => (await fetch(`${url}/v1/verdict?${QUERY}`)).status;
  write({ decision: 'NO_GO' });
  expect(await asked(first.url)).toBe(412);
  write({ decision: 'GO', run: 'run2' });
  expect(await asked(first.url)).toBe(412);
  const restarted = await startGate({ runs: first.runs });
  expect(await asked(restarted.url)).toBe(412);
  await restarted.close();
  await first.close();
});

function parse(text: string): Record<string, unknown> {
  return JSON.parse(text) as Record<string, unknown>;
}
