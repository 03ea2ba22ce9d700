import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import ts from 'typescript';
import { expect, test } from 'vitest';
import { describeError, GreenlightError } from '../../../contract/errors.ts';
import { ERRORS } from '../../../contract/error-table.ts';

const ROOT = path.resolve(import.meta.dirname, '../../..');
const NOT_OURS = new Set(['node_modules', 'dist', 'tests', 'docs', 'examples']);
/** A code that stands for more is no kind of error any more: who searches for it finds too much. */
const MOST_SITES = 15;

interface Site {
  readonly at: string;
  readonly code: string;
  /** As it is written in the code. */
  readonly hint: string | undefined;
  /** It holds no value: the same words at each run. */
  readonly fixed: boolean;
}

function sources(): string[] {
  return readdirSync(ROOT, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && !entry.name.startsWith('.') && !NOT_OURS.has(entry.name))
    .flatMap(({ name }) =>
      readdirSync(path.join(ROOT, name), { recursive: true, encoding: 'utf8' })
        .filter((file) => file.endsWith('.ts'))
        .map((file) => path.join(name, file)),
    );
}

/** Where an error is made, and with which hint of its own. */
function sitesOf(name: string, text: string): Site[] {
  if (!text.includes('new GreenlightError(')) return [];
  const tree = ts.createSourceFile(name, text, ts.ScriptTarget.Latest, true);
  const fixedNames = new Set(
    tree.statements
      .filter(ts.isVariableStatement)
      .flatMap(({ declarationList }) =>
        declarationList.declarations
          .filter(({ initializer }) => initializer !== undefined && isText(initializer))
          .map((one) => one.name.getText()),
      ),
  );
  const found: Site[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isNewExpression(node) && node.expression.getText() === 'GreenlightError') {
      const [code, , options] = node.arguments ?? [];
      const hint =
        options !== undefined && ts.isObjectLiteralExpression(options)
          ? options.properties.find((one) => one.name?.getText() === 'hint')
          : undefined;
      const value = hint !== undefined && ts.isPropertyAssignment(hint) ? hint.initializer : undefined;
      found.push({
        at: `${name}:${tree.getLineAndCharacterOfPosition(node.getStart()).line + 1}`,
        code: code !== undefined && ts.isStringLiteral(code) ? code.text : `(${code?.getText() ?? ''})`,
        hint: hint?.getText(),
        fixed: value !== undefined && (isText(value) || fixedNames.has(value.getText())),
      });
    }
    ts.forEachChild(node, visit);
  };
  visit(tree);
  return found;
}

function isText(node: ts.Node): boolean {
  return ts.isStringLiteral(node) || ts.isNoSubstitutionTemplateLiteral(node);
}

const SITES = sources().flatMap((file) => sitesOf(file, readFileSync(path.join(ROOT, file), 'utf8')));

function fixedHints(sites: readonly Site[]): string[] {
  return sites.filter(({ fixed }) => fixed).map(({ at, hint }) => `${at} ${hint ?? ''}`);
}

test('a code is one kind of error: few places, and what is done about it stands in the table alone', () => {
  expect(SITES.length).toBeGreaterThan(150);
  const counts = new Map<string, string[]>();
  for (const { at, code } of SITES) counts.set(code, [...(counts.get(code) ?? []), at]);
  expect(
    [...counts].filter(([, places]) => places.length > MOST_SITES),
    'give what is done about differently a code of its own in contract/error-table.ts',
  ).toEqual([]);
  expect(
    Object.keys(ERRORS).filter((code) => !counts.has(code)),
    'nothing throws these codes: take them out of contract/error-table.ts',
  ).toEqual([]);
  expect(
    fixedHints(SITES),
    'a hint without a value of this place belongs into the table: take or add a code there, or say it in the message',
  ).toEqual([]);
  const hints = SITES.flatMap(({ hint }) => (hint === undefined || hint === 'hint' ? [] : [hint]));
  expect(
    hints.filter((hint, at) => hints.indexOf(hint) !== at),
    'two places with the same hint are one kind of error: give it a code',
  ).toEqual([]);
});

test('the count sees a hint that belongs into the table, also under a name', () => {
  const of = (hint: string): string[] =>
    fixedHints(
      sitesOf('a.ts', `const HOW = 'Do that.';\nthrow new GreenlightError('USAGE', 'x', { hint: ${hint} });`),
    );
  expect(of("'Do that.'")).toHaveLength(1);
  expect(of('`Do that.`')).toHaveLength(1);
  expect(of('HOW')).toHaveLength(1);
  expect(of('`Do ${that}.`')).toEqual([]);
});

test('what is printed begins with the code and ends with what to do', () => {
  const cause = new Error('EACCES');
  expect(describeError(new GreenlightError('FILE_UNREADABLE', 'tls.pem', { cause }))).toBe(
    [
      `FILE_UNREADABLE: ${ERRORS.FILE_UNREADABLE.title}: tls.pem`,
      '  caused by: EACCES',
      `  ${ERRORS.FILE_UNREADABLE.hint}`,
    ].join('\n'),
  );
  const hint = 'Use one of: a, b.';
  expect(describeError(new GreenlightError('NAME_UNKNOWN', 'c', { hint }))).toBe(
    `NAME_UNKNOWN: ${ERRORS.NAME_UNKNOWN.title}: c\n  ${hint}`,
  );
});
