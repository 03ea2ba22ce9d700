import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { Verdict } from '../../../contract/verdict/verdict.ts';
import { judge } from '../../../reporters/judge.ts';
import { parseEvidence } from '../../../reporters/parse-evidence.ts';
import { renderers } from '../../../reporters/renderers/index.ts';
import { DECIDED } from './evidence-builders.ts';
import { brokenCutover, cutShort, goodCutover, slowCutover } from './rich-evidence.ts';

/** Regenerate with `UPDATE_GOLDEN=1 npx vitest run tests/unit/reporters/golden.test.ts`, then read the difference. */
const UPDATE = process.env['UPDATE_GOLDEN'] === '1';
const GOLDEN = resolve(import.meta.dirname, '../../golden');

const CASES = {
  'broken-cutover': brokenCutover,
  'good-cutover': goodCutover,
  'slow-cutover': slowCutover,
  'cut-short': cutShort,
} as const;

function golden(file: string, text: string): string {
  const path = join(GOLDEN, file);
  if (UPDATE) {
    mkdirSync(GOLDEN, { recursive: true });
    writeFileSync(path, text);
  }
  if (!existsSync(path)) throw new Error(`${path} is missing: run with UPDATE_GOLDEN=1 and commit it`);
  return readFileSync(path, 'utf8');
}

describe.each(Object.entries(CASES))('%s', (name, make) => {
  const evidenceText = `${JSON.stringify(make(), null, 2)}\n`;
  const evidence = parseEvidence(golden(`${name}.evidence.json`, evidenceText));
  const verdict = judge(evidence, DECIDED, `sha256:${'0'.repeat(64)}`);

  test('the evidence is still what the builders make', () => {
    expect(golden(`${name}.evidence.json`, evidenceText)).toBe(evidenceText);
  });

  test('the verdict keeps to its schema', () => {
    expect(Verdict.parse(verdict)).toEqual(verdict);
  });

  test.each([
    ['verdict.json', renderers.json],
    ['txt', renderers.terminal],
    ['junit.xml', renderers.junit],
    ['html', renderers.html],
  ] as const)('%s is as it was', (extension, render) => {
    const text = render(verdict);
    expect(text).toBe(golden(`${name}.${extension}`, text));
  });
});
