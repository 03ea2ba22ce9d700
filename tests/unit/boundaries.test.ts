import { readdirSync, readFileSync } from 'node:fs';
import { builtinModules } from 'node:module';
import path from 'node:path';
import { expect, test } from 'vitest';
import ts from 'typescript';

const ROOT = path.resolve(import.meta.dirname, '../..');

interface Room {
  /** Path prefix of the files of this room, relative to the root. The longest match counts. */
  readonly at: string;
  /** Rooms or single files that it may import, as path prefixes. */
  readonly ours: readonly string[];
  /** Packages that it may import; `node:` stands for all Node modules. */
  readonly packages: readonly string[];
  /** Packages that may only be imported as types, or lazily with `import()`. */
  readonly lazy?: readonly string[];
  /** Packages of which only types may be imported. */
  readonly typesOnly?: readonly string[];
}

/** The import table of the design, as data. Change it together with docs/decisions, never silently. */
const ROOMS: readonly Room[] = [
  { at: 'contract/', ours: [], packages: ['zod'] },
  {
    at: 'safety/',
    ours: ['contract/'],
    packages: ['node:', 'zod', 'fflate', 'picocolors'],
    lazy: ['pg', 'jiti'],
    typesOnly: ['@playwright/test/reporter'],
  },
  { at: 'checks/', ours: ['contract/', 'safety/'], packages: ['node:', '@playwright/test'] },
  {
    at: 'suites/',
    ours: ['contract/', 'safety/', 'checks/'],
    packages: ['node:', 'zod', '@playwright/test'],
    lazy: ['@sparticuz/chromium'],
  },
  {
    at: 'suites/adapters/',
    ours: ['contract/', 'safety/'],
    packages: ['node:', 'zod'],
    lazy: ['pg', 'stripe', 'imapflow', 'postal-mime'],
    typesOnly: ['@playwright/test'],
  },
  {
    at: 'data-checks/',
    ours: ['contract/', 'safety/', 'checks/'],
    packages: ['node:', 'zod', '@playwright/test'],
  },
  { at: 'data-checks/postgres/', ours: ['contract/', 'safety/'], packages: ['node:', 'zod'], lazy: ['pg'] },
  {
    at: 'data-checks/mysql/',
    ours: ['contract/', 'safety/', 'data-checks/'],
    packages: ['node:', 'zod'],
    lazy: ['mysql2'],
  },
  { at: 'data-checks/redis/', ours: ['contract/', 'safety/'], packages: ['node:', 'zod'], lazy: ['ioredis'] },
  {
    at: 'load/',
    ours: ['contract/', 'safety/', 'checks/'],
    packages: ['node:', 'zod', '@playwright/test', 'hdr-histogram-js'],
  },
  {
    at: 'load/engines/',
    ours: ['contract/', 'safety/', 'load/'],
    packages: ['node:', 'zod', 'hdr-histogram-js'],
    lazy: ['autocannon', 'esbuild'],
    typesOnly: ['k6'],
  },
  {
    at: 'load/slo/',
    ours: ['contract/', 'safety/', 'checks/', 'load/'],
    packages: ['node:', 'zod', '@playwright/test'],
    lazy: ['@aws-sdk/client-cloudwatch', '@azure/identity'],
  },
  { at: 'reporters/', ours: ['contract/'], packages: [] },
  { at: 'reporters/schemas.ts', ours: ['contract/'], packages: ['zod'] },
  {
    at: 'reporters/recorder',
    ours: ['contract/', 'safety/', 'reporters/'],
    packages: ['node:'],
    typesOnly: ['@playwright/test/reporter'],
  },
  {
    at: 'reporters/publishers/',
    ours: ['contract/', 'safety/'],
    packages: ['node:'],
    lazy: ['@aws-sdk/client-codedeploy'],
  },
  {
    at: 'scripts/',
    ours: ['contract/', 'safety/', 'checks/', 'suites/', 'load/', 'data-checks/', 'reporters/'],
    packages: ['node:', 'zod', 'commander', 'picocolors', 'yaml', 'web-tree-sitter', '@playwright/test'],
  },
  {
    at: 'scripts/gate/postgres/',
    ours: ['contract/', 'scripts/gate/'],
    packages: ['node:', 'zod'],
    lazy: ['pg'],
  },
  {
    at: 'scripts/commands/demo',
    ours: ['contract/', 'safety/', 'reporters/', 'scripts/', 'demo/'],
    packages: ['node:', 'commander', 'picocolors'],
  },
  {
    at: 'demo/',
    ours: ['contract/'],
    packages: [
      'node:',
      'zod',
      'pg',
      'fastify',
      'ioredis',
      'stripe',
      'nodemailer',
      'smtp-server',
      'postal-mime',
      'js-redis-server',
    ],
    typesOnly: ['@playwright/test'],
  },
  // The demo's plan must stay what a user's plan is: it may not know the shops from inside.
  {
    at: 'demo/greenlight.config.ts',
    ours: ['contract/', 'demo/plan/'],
    packages: ['zod', '@playwright/test'],
  },
  { at: 'demo/plan/', ours: ['contract/'], packages: ['zod', '@playwright/test'] },
  {
    at: 'playwright.config.ts',
    ours: ['scripts/', 'safety/', 'contract/'],
    packages: ['node:', '@playwright/test'],
  },
];

const FOLDERS = [
  'contract',
  'safety',
  'checks',
  'suites',
  'load',
  'data-checks',
  'reporters',
  'scripts',
  'demo',
];

interface Import {
  readonly file: string;
  readonly line: number;
  readonly specifier: string;
  readonly form: 'static' | 'type' | 'lazy';
}

function sources(folder: string): string[] {
  return readdirSync(path.join(ROOT, folder), { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && /\.m?ts$/.test(entry.name))
    .map((entry) => path.relative(ROOT, path.join(entry.parentPath, entry.name)));
}

function importsOf(file: string): Import[] {
  const tree = ts.createSourceFile(
    file,
    readFileSync(path.join(ROOT, file), 'utf8'),
    ts.ScriptTarget.Latest,
    true,
  );
  const found: Import[] = [];
  const add = (node: ts.Node, specifier: ts.Expression | undefined, form: Import['form']): void => {
    if (!specifier || !ts.isStringLiteral(specifier)) return;
    found.push({
      file,
      line: tree.getLineAndCharacterOfPosition(node.getStart()).line + 1,
      specifier: specifier.text,
      form,
    });
  };
  const visit = (node: ts.Node): void => {
    if (ts.isImportDeclaration(node)) {
      const clause = node.importClause;
      const named =
        clause?.namedBindings && ts.isNamedImports(clause.namedBindings)
          ? clause.namedBindings.elements
          : undefined;
      const types =
        clause?.phaseModifier === ts.SyntaxKind.TypeKeyword ||
        (named !== undefined &&
          !clause?.name &&
          named.length > 0 &&
          named.every((element) => element.isTypeOnly));
      add(node, node.moduleSpecifier, types ? 'type' : 'static');
    } else if (ts.isExportDeclaration(node)) {
      add(node, node.moduleSpecifier, node.isTypeOnly ? 'type' : 'static');
    } else if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword) {
      add(node, node.arguments[0], 'lazy');
    } else if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)) {
      add(node, node.argument.literal, 'type');
    }
    ts.forEachChild(node, visit);
  };
  visit(tree);
  return found;
}

function roomOf(file: string): Room | undefined {
  return [...ROOMS].sort((a, b) => b.at.length - a.at.length).find((room) => file.startsWith(room.at));
}

/** One line of advice for an import that the table does not allow, or undefined. */
function complaint(found: Import): string | undefined {
  const room = roomOf(found.file);
  const where = `${found.file}:${found.line} imports ${found.specifier}`;
  if (!room)
    return `${where}: this file is in no room of the table; put it where it belongs or give it a room`;
  if (found.specifier.startsWith('.')) {
    const to = path.relative(ROOT, path.resolve(ROOT, path.dirname(found.file), found.specifier));
    const own = to.startsWith(room.at) || path.dirname(to) === path.dirname(found.file);
    if (own || room.ours.some((prefix) => to.startsWith(prefix))) return undefined;
    // A room may reach into the folder that it is part of only where the table says so.
    return `${where}: ${room.at} may import only ${[room.at, ...room.ours].join(', ')}; pass the value in, or move the shared part to contract/ or safety/`;
  }
  const name =
    found.specifier.startsWith('node:') || builtinModules.includes(found.specifier)
      ? 'node:'
      : packageOf(found.specifier);
  const matches = (list: readonly string[] | undefined): boolean =>
    (list ?? []).some((entry) => entry === name || entry === found.specifier);
  if (matches(room.packages)) return undefined;
  if (matches(room.lazy) && found.form !== 'static') return undefined;
  if (matches(room.typesOnly) && found.form === 'type') return undefined;
  if (matches(room.lazy))
    return `${where}: load it lazily with import(), so that nobody needs it who does not use it`;
  return `${where}: ${room.at} may use only ${room.packages.join(', ') || 'no package'}; if it must, add it to the table in ${path.relative(ROOT, import.meta.filename)} and say why in docs/decisions`;
}

function packageOf(specifier: string): string {
  const parts = specifier.split('/');
  return specifier.startsWith('@') ? parts.slice(0, 2).join('/') : (parts[0] ?? specifier);
}

test('every import is allowed by the table of rooms', () => {
  const files = FOLDERS.flatMap(sources);
  expect(files.length).toBeGreaterThan(20);
  const complaints = files.flatMap(importsOf).flatMap((found) => complaint(found) ?? []);
  expect(complaints).toEqual([]);
});

test('nobody imports scripts, tests or examples, and only the demo command imports the demo', () => {
  const complaints = FOLDERS.flatMap(sources)
    .flatMap(importsOf)
    .filter((found) => found.specifier.startsWith('.'))
    .flatMap((found) => {
      const to = path.relative(ROOT, path.resolve(ROOT, path.dirname(found.file), found.specifier));
      const from = found.file.split('/')[0];
      if (/^(tests|examples)\//.test(to)) return [`${found.file}:${found.line} imports ${to}`];
      if (to.startsWith('scripts/') && from !== 'scripts')
        return [`${found.file}:${found.line} imports ${to}`];
      if (
        to.startsWith('demo/') &&
        from !== 'demo' &&
        !(found.file.startsWith('scripts/commands/demo') && found.form !== 'static')
      ) {
        return [`${found.file}:${found.line} imports ${to}: only scripts/commands/demo may, and lazily`];
      }
      return [];
    });
  expect(complaints).toEqual([]);
});

test('the check itself notices an import that the table forbids', () => {
  const bad: Import = { file: 'reporters/judge.ts', line: 1, specifier: 'node:fs', form: 'static' };
  expect(complaint(bad)).toContain('reporters/judge.ts:1 imports node:fs');
  expect(complaint({ ...bad, specifier: '../scripts/runner.ts' })).toContain('may import only');
  expect(complaint({ ...bad, specifier: '../contract/verdict.ts' })).toBeUndefined();
  expect(
    complaint({ file: 'suites/adapters/payments/stripe.ts', line: 1, specifier: 'stripe', form: 'static' }),
  ).toContain('lazily');
});
