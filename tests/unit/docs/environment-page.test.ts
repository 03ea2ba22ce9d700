import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import ts from 'typescript';
import { nodesOf, productSources, ROOT, textsOf } from './product-sources.ts';

const PAGE = readFileSync(path.join(ROOT, 'docs/environment.md'), 'utf8');
const SOURCES = productSources();

/** Reads whose name is only known when they happen, and what the name then is. */
const BY_ANOTHER_NAME: Readonly<Record<string, string>> = {
  'gate/lint/shell/values.ts': 'variables of a shell script that is looked at, not ours',
  'load/engines/k6-operator/export-run.ts': 'secrets that the flow names',
  'load/engines/k6/secret-of.ts': 'secrets that the flow names',
  'load/engines/processes/child.ts': 'secrets that the flow names',
  'run/publish-verdict.ts': 'what a CI system sets, as its publisher in reporters/publishers says',
  'run/publisher-settings.ts': 'the table of settings in that file, whose names are looked for below',
  'run/runner.ts': 'what Playwright is not given, listed in that file',
  'safety/check-secrets.ts': 'secrets that the plan names',
  'safety/process-secrets.ts': 'secrets that the plan names',
  'safety/live-keys.ts': 'secrets that the plan names',
  'safety/redactor.ts': 'secrets that the plan names',
  'safety/screen.ts': 'the list of CI systems in that file',
  'safety/secrets.ts': 'secrets that the plan names',
  'scripts/init/database-arguments.ts':
    'the variable that the command line names, for an address of a database',
  'scripts/codedeploy-hook.ts': 'a helper of that file, whose names are looked for below',
  'scripts/demo-env.ts': 'what a demo that is kept running wrote',
};

const isEnvironment = (node: ts.Expression): boolean => /(^|[.?])env$/i.test(node.getText());

/** `SIGNING_KEY_ENV` -> `GREENLIGHT_SIGNING_KEY` */
const constants = new Map<string, string>();
for (const source of SOURCES.values()) {
  for (const node of nodesOf(source)) {
    if (ts.isVariableDeclaration(node) && node.initializer && ts.isStringLiteral(node.initializer))
      constants.set(node.name.getText(), node.initializer.text);
  }
}

function readsOf(source: ts.SourceFile): { readonly names: readonly string[]; readonly unnamed: boolean } {
  const names: string[] = [];
  let unnamed = false;
  for (const node of nodesOf(source)) {
    if (ts.isPropertyAccessExpression(node) && isEnvironment(node.expression)) {
      if (/^[A-Z][A-Z_]+$/.test(node.name.text)) names.push(node.name.text);
    } else if (ts.isElementAccessExpression(node) && isEnvironment(node.expression)) {
      const { argumentExpression: key } = node;
      const name = ts.isStringLiteralLike(key) ? key.text : constants.get(key.getText());
      if (name === undefined) unnamed = true;
      else names.push(name);
    }
  }
  return { names, unnamed };
}

const reads = new Map([...SOURCES].map(([file, source]) => [file, readsOf(source)]));
const named = (name: string): boolean => new RegExp(`(^|[^\\w])${name}([^\\w]|$)`).test(PAGE);

test('every variable that the product reads stands in docs/environment.md', () => {
  const names = [...reads.values()].flatMap((read) => read.names);
  expect(names.length).toBeGreaterThan(40);
  expect([...new Set(names)].filter((name) => !named(name))).toEqual([]);
});

test('so does every name of ours in a text of the product', () => {
  const ours = [...SOURCES.values()].flatMap((source) => [
    ...textsOf(source).flatMap(
      (text) => text.match(/\b(GREENLIGHT|GITHUB|GITLAB)_[A-Z0-9_]*[A-Z0-9]\b/g) ?? [],
    ),
    ...nodesOf(source).flatMap((node) =>
      // The tables of settings have them as keys.
      ts.isPropertyAssignment(node) && /^(GREENLIGHT|GITHUB)_[A-Z0-9_]+$/.test(node.name.getText())
        ? [node.name.getText()]
        : [],
    ),
  ]);
  expect([...new Set(ours)].filter((name) => !named(name))).toEqual([]);
});

test('a read by another name is known, with what it reads', () => {
  const found = [...reads].filter(([, read]) => read.unnamed).map(([file]) => file);
  expect(found.filter((file) => !Object.hasOwn(BY_ANOTHER_NAME, file))).toEqual([]);
});

test('the page names nothing of ours that nobody reads', () => {
  const all = [...SOURCES.values()].map((source) => source.text).join('\n');
  const told = [...new Set(PAGE.match(/\bGREENLIGHT_[A-Z0-9_]*[A-Z0-9]\b/g))];
  expect(told.filter((name) => !all.includes(name))).toEqual([]);
});
