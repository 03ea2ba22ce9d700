import { expect, test } from 'vitest';
import { describeError } from '../../../contract/errors.ts';
import { parseEvidence } from '../../../reporters/parse-evidence.ts';
import { attempt, evidenceOf, planned } from './evidence-builders.ts';

const good = evidenceOf([planned('a')], [attempt('a')]);

function problemOf(input: unknown): string {
  try {
    parseEvidence(input, 'evidence.json');
  } catch (error) {
    return describeError(error);
  }
  return 'accepted';
}

test('takes text and values', () => {
  expect(parseEvidence(JSON.stringify(good))).toEqual(good);
  expect(parseEvidence(good)).toEqual(good);
});

test.each([
  ['nothing', '', 'evidence.json: it is empty'],
  ['a cut file', JSON.stringify(good).slice(0, 100), 'it is not JSON'],
  ['another schema', { ...good, schema: 'greenlight/evidence@9' }, 'judge it with the version that wrote it'],
  ['a verdict', { schema: 'greenlight/verdict@1', decision: 'GO' }, 'name the evidence.json of the run'],
  ['an unknown key', { ...good, verdict: 'GO' }, 'Unrecognized key'],
  ['a missing part', { ...good, attempts: undefined }, 'attempts'],
  ['a doubled check', { ...good, manifest: [planned('a'), planned('a')] }, 'names a twice'],
])('refuses %s', (_name, input, text) => {
  expect(problemOf(input)).toContain('EVIDENCE_INVALID');
  expect(problemOf(input)).toContain(text);
});
