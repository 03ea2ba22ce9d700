import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { StoredVerdict, StoreReading } from '../../../contract/ports/gate-store.ts';
import { answer } from '../../../gate/answer.ts';
import { parseFlaggerBody } from '../../../gate/mechanisms/flagger/flagger-body.ts';
import { parseQuestion, type Question, questionOfQuery } from '../../../gate/question.ts';
import { createRateLimit } from '../../../gate/rate-limit.ts';
import { createStandingRefusals } from '../../../gate/standing-refusals.ts';
import { parseStoredVerdict } from '../../../gate/stored-verdict.ts';
import { COMMIT, MINUTE, storedOf, TARGET, verdictOf, type VerdictOf } from './verdicts.ts';

const NOW = Date.parse('2026-11-20T10:00:00.000Z');
const QUESTION: Question = { target: TARGET, phase: 'post-cutover', commit: COMMIT };

const stored = (options: VerdictOf): StoredVerdict =>
  storedOf(verdictOf({ decidedAt: NOW - MINUTE, ...options }));
const ask = (verdicts: readonly StoredVerdict[], question: Question = QUESTION, now = NOW): string =>
  answer(question, { verdicts, unreadable: [] }, now).state;

describe('which verdict answers a question', () => {
  test.each([
    ['a GO', [{ decision: 'GO' }], 'GO'],
    ['a NO_GO', [{ decision: 'NO_GO' }], 'NO_GO'],
    ['an INCONCLUSIVE', [{ decision: 'INCONCLUSIVE' }], 'INCONCLUSIVE'],
    ['a run under way', [{ decision: 'pending' }], 'pending'],
    ['nothing', [], 'unknown-subject'],
    ['another commit', [{ decision: 'GO', commit: 'f'.repeat(40) }], 'unknown-subject'],
    ['a shortened commit', [{ decision: 'GO', commit: COMMIT.slice(0, 8) }], 'unknown-subject'],
    ['staging', [{ decision: 'GO', target: 'staging' }], 'unknown-subject'],
    ['another phase', [{ decision: 'GO', phase: 'preflight' }], 'unknown-subject'],
    ['a GO that is over', [{ decision: 'GO', expiresAt: NOW }], 'expired'],
    ['a NO_GO that is over', [{ decision: 'NO_GO', expiresAt: NOW - 1 }], 'expired'],
    ['a run that never ended', [{ decision: 'pending', expiresAt: NOW - 1 }], 'expired'],
    ['a GO from the future', [{ decision: 'GO', decidedAt: NOW + 2 * MINUTE }], 'INCONCLUSIVE'],
    ['a NO_GO, then a GO', [{ decision: 'NO_GO' }, { decision: 'GO', run: 'run2', decidedAt: NOW }], 'NO_GO'],
    ['a GO, then a run under way', [{ decision: 'GO' }, { decision: 'pending', run: 'run2' }], 'GO'],
    ['an INCONCLUSIVE, then a GO', [{ decision: 'INCONCLUSIVE' }, { decision: 'GO', run: 'run2' }], 'GO'],
  ] satisfies readonly (readonly [string, readonly VerdictOf[], string])[])(
    '%s',
    (_title, verdicts, expected) => {
      expect(ask(verdicts.map(stored))).toBe(expected);
    },
  );

  test('every part that is named has to be the same', () => {
    const verdicts = [stored({ decision: 'GO', nonce: 'deploy-7' })];
    expect(ask(verdicts, { ...QUESTION, nonce: 'deploy-7', release: '2.0.0' })).toBe('GO');
    expect(ask(verdicts, { ...QUESTION, nonce: 'deploy-8' })).toBe('unknown-subject');
    expect(ask(verdicts, { ...QUESTION, release: '2.0.1' })).toBe('unknown-subject');
    expect(ask(verdicts, { ...QUESTION, artifact: `sha256:${'0'.repeat(64)}` })).toBe('unknown-subject');
  });

  test.each([
    ['names no evidence', { evidenceDigest: null }],
    ['lists reasons against itself', { reasons: ['a check failed'] }],
    ['rests on no check', { checks: [] }],
  ])('a GO that %s is not believed', (_title, change) => {
    const verdict = storedOf({ ...verdictOf({ decision: 'GO', decidedAt: NOW - MINUTE }), ...change });
    expect(ask([verdict])).toBe('INCONCLUSIVE');
  });

  test('more verdicts never turn a fresh refusal into anything else, and never lower an answer', () => {
    const ladder = ['unknown-subject', 'pending', 'INCONCLUSIVE', 'GO', 'NO_GO'];
    const decision = fc.constantFrom('GO', 'NO_GO', 'INCONCLUSIVE', 'pending');
    fc.assert(
      fc.property(fc.array(decision, { maxLength: 6 }), decision, (before, added) => {
        const verdicts = before.map((one, index) => stored({ decision: one, run: `run${index}` }));
        const first = ladder.indexOf(ask(verdicts));
        expect(
          ladder.indexOf(ask([...verdicts, stored({ decision: added, run: 'last' })])),
        ).toBeGreaterThanOrEqual(first);
      }),
    );
  });
});

describe('questions', () => {
  test.each([
    ['', 'target'],
    ['target=shop', 'name the subject'],
    ['commit=abc', 'target'],
    ['target=shop&comit=abc', 'unknown part'],
    ['target=shop&commit=abc&phase=later', 'phase'],
    ['target=shop&commit=abc&commit=def', 'twice'],
    ['target=shop&commit=%20', 'commit'],
    ['target=shop&commit=abc&__proto__=x', 'unknown part'],
    [`target=shop&commit=${'a'.repeat(201)}`, 'longer'],
  ])('%s is refused', (query, problem) => {
    expect(questionOfQuery(new URLSearchParams(query))).toEqual({
      problem: expect.stringContaining(problem) as string,
    });
  });

  test('the phase of a question is the default of `greenlight run`', () => {
    expect(parseQuestion({ target: 'shop', commit: 'ABC' })).toEqual({
      question: { target: 'shop', commit: 'abc', phase: 'post-cutover' },
    });
  });

  test('a webhook of Flagger without a named subject asks about its checksum', () => {
    const body = { name: 'shop', namespace: 'default', phase: 'Progressing', checksum: '85d557f47b' };
    expect(parseFlaggerBody(JSON.stringify({ ...body, metadata: { target: 'shop', token: 't' } }))).toEqual({
      asked: { question: { target: 'shop', phase: 'post-cutover', nonce: '85d557f47b' } },
      token: 't',
    });
    expect(
      parseFlaggerBody(JSON.stringify({ ...body, metadata: { target: 'shop', commit: 'abc' } })).asked,
    ).toEqual({ question: { target: 'shop', phase: 'post-cutover', commit: 'abc' } });
    expect(parseFlaggerBody('<html>').asked).toHaveProperty('problem');
  });
});

test('a verdict file that is cut short, or of another version, is no verdict', () => {
  const text = JSON.stringify(verdictOf({ decision: 'GO' }));
  expect(parseStoredVerdict(text, null)?.decision).toBe('GO');
  expect(parseStoredVerdict(text.slice(0, -10), null)).toBeUndefined();
  expect(parseStoredVerdict(text.replace('verdict@1', 'verdict@2'), null)).toBeUndefined();
  expect(parseStoredVerdict('{"decision":"GO"}', null)).toBeUndefined();
});

test('a refusal stands after its file is gone, until it is no longer fresh', () => {
  const standing = createStandingRefusals();
  const withRefusals = (...asked: Parameters<typeof standing>): StoreReading => standing(...asked).completed;
  const refusal = stored({ decision: 'NO_GO', expiresAt: NOW + MINUTE });
  const seen = withRefusals(TARGET, { verdicts: [refusal], unreadable: [] }, NOW);
  expect(answer(QUESTION, seen, NOW).state).toBe('NO_GO');
  const replaced = { verdicts: [stored({ decision: 'GO' })], unreadable: [] };
  expect(answer(QUESTION, withRefusals(TARGET, replaced, NOW), NOW).state).toBe('NO_GO');
  expect(withRefusals('staging', { verdicts: [], unreadable: [] }, NOW).verdicts).toEqual([]);
  const later = NOW + 2 * MINUTE;
  expect(answer(QUESTION, withRefusals(TARGET, replaced, later), later).state).toBe('GO');
});

test('an address may ask so often and not more', () => {
  const mayAsk = createRateLimit(4);
  expect([mayAsk('a', 0), mayAsk('a', 0), mayAsk('a', 0), mayAsk('b', 0)]).toEqual([true, true, false, true]);
  expect(mayAsk('a', 15_000)).toBe(true);
  expect(mayAsk('a', 15_000)).toBe(false);
});
