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
    at: 'host/',
    ours: ['contract/'],
    packages: ['node:', 'zod'],
    lazy: ['jiti'],
  },
  {
    at: 'safety/',
    ours: ['contract/', 'host/'],
    packages: ['node:', 'zod', 'fflate', 'picocolors'],
    lazy: ['pg', 'mysql2', 'ioredis'],
    typesOnly: ['@playwright/test/reporter'],
  },
  { at: 'checks/', ours: ['contract/', 'host/', 'safety/'], packages: ['node:', '@playwright/test'] },
  {
    at: 'suites/',
    ours: ['contract/', 'host/', 'safety/', 'checks/'],
    packages: ['node:', 'zod', '@playwright/test'],
    lazy: ['@sparticuz/chromium', 'dns-packet'],
  },
  {
    at: 'suites/test-reports/',
    ours: ['contract/', 'host/', 'suites/'],
    packages: ['node:', 'zod'],
    lazy: ['@xmldom/xmldom'],
  },
  {
    at: 'suites/adapters/',
    ours: ['contract/', 'host/', 'safety/'],
    packages: ['node:', 'zod'],
    lazy: [
      'pg',
      'stripe',
      'imapflow',
      'postal-mime',
      '@aws-sdk/client-dynamodb',
      '@aws-sdk/client-s3',
      '@modelcontextprotocol/sdk',
      'lighthouse',
    ],
    typesOnly: ['@playwright/test', 'ioredis'],
  },
  {
    at: 'data-checks/',
    ours: ['contract/', 'host/', 'safety/', 'checks/'],
    packages: ['node:', 'zod', '@playwright/test'],
  },
  {
    at: 'data-checks/postgres/',
    ours: ['contract/', 'host/', 'safety/'],
    packages: ['node:', 'zod'],
    lazy: ['pg'],
  },
  {
    at: 'data-checks/mysql/',
    ours: ['contract/', 'host/', 'safety/', 'data-checks/'],
    packages: ['node:', 'zod'],
    lazy: ['mysql2'],
  },
  {
    at: 'data-checks/redis/',
    ours: ['contract/', 'host/', 'safety/'],
    packages: ['node:', 'zod'],
    lazy: ['ioredis'],
  },
  {
    at: 'load/',
    ours: ['contract/', 'host/', 'safety/', 'checks/'],
    packages: ['node:', 'zod', '@playwright/test', 'hdr-histogram-js'],
  },
  {
    at: 'load/engines/',
    ours: ['contract/', 'host/', 'safety/', 'load/'],
    packages: ['node:', 'zod', 'hdr-histogram-js'],
    lazy: ['autocannon', 'esbuild'],
    typesOnly: ['k6'],
  },
  {
    at: 'slo/',
    ours: ['contract/', 'host/', 'safety/', 'checks/'],
    packages: ['node:', 'zod', '@playwright/test'],
    // Of Alertmanager, whose configuration says who is told.
    lazy: ['yaml'],
  },
  {
    at: 'slo/sources/',
    ours: ['contract/', 'host/', 'safety/', 'slo/'],
    packages: ['node:', 'zod'],
    lazy: ['@aws-sdk/client-cloudwatch', '@azure/identity'],
  },
  { at: 'reporters/', ours: ['contract/'], packages: [] },
  { at: 'reporters/schemas.ts', ours: ['contract/'], packages: ['zod'] },
  {
    at: 'reporters/recorder',
    ours: ['contract/', 'host/', 'safety/', 'reporters/'],
    packages: ['node:'],
    typesOnly: ['@playwright/test/reporter'],
  },
  {
    at: 'reporters/publishers/',
    // A publisher sends what a renderer made; each knows its own.
    ours: ['contract/', 'host/', 'safety/', 'reporters/renderers/'],
    packages: ['node:'],
    lazy: ['@aws-sdk/client-codedeploy'],
  },
  // Where the records of runs are kept; what they mean is in contract/history.
  { at: 'history/', ours: ['contract/', 'host/', 'safety/'], packages: ['node:', 'zod'] },
  {
    at: 'history/postgres/',
    ours: ['contract/', 'history/'],
    packages: ['node:', 'zod'],
    lazy: ['pg'],
  },
  {
    at: 'notify/',
    ours: [
      'contract/',
      'host/',
      'safety/',
      'reporters/renderers/flat',
      'reporters/renderers/messages/slack',
      'reporters/publishers/webhook',
    ],
    packages: ['node:', 'zod'],
  },
  {
    at: 'notify/channels/',
    ours: [
      'contract/',
      'host/',
      'notify/',
      'reporters/renderers/flat',
      'reporters/renderers/messages/slack',
      'reporters/publishers/webhook',
    ],
    packages: ['node:'],
    lazy: ['nodemailer'],
  },
  { at: 'export/', ours: ['contract/', 'host/', 'safety/'], packages: ['node:'] },
  { at: 'signing/', ours: ['contract/', 'host/'], packages: ['node:', 'zod'] },
  {
    at: 'gate/',
    ours: ['contract/', 'host/', 'safety/', 'reporters/renderers/', 'signing/'],
    packages: ['node:', 'zod', 'yaml', 'web-tree-sitter'],
  },
  {
    at: 'gate/mechanisms/',
    ours: ['contract/', 'host/', 'gate/'],
    packages: ['node:', 'zod'],
  },
  {
    at: 'gate/postgres/',
    ours: ['contract/', 'gate/'],
    packages: ['node:', 'zod'],
    lazy: ['pg'],
  },
  {
    at: 'sink/',
    ours: ['contract/', 'host/'],
    packages: ['node:', 'zod'],
    lazy: ['smtp-server', 'postal-mime'],
  },
  {
    at: 'run/',
    ours: [
      'contract/',
      'host/',
      'safety/',
      'checks/',
      'suites/',
      'load/',
      'slo/',
      'data-checks/',
      'reporters/',
      'signing/',
      'notify/',
      'export/',
      'history/',
    ],
    packages: ['node:', 'zod', '@playwright/test', 'semver'],
  },
  {
    at: 'scripts/',
    ours: [
      'contract/',
      'host/',
      'safety/',
      'suites/',
      'load/',
      'slo/',
      'data-checks/',
      'reporters/',
      'signing/',
      'gate/',
      'sink/',
      'history/',
      'notify/',
      'export/',
      'run/',
    ],
    packages: ['node:', 'zod', 'commander', 'picocolors'],
    lazy: ['yaml'],
  },
  // Makes the reference in docs/ and the JSON Schemas when the package is built; no part of it.
  {
    at: 'scripts/reference/',
    ours: ['contract/', 'reporters/schemas'],
    packages: ['node:', 'zod', 'typescript'],
  },
  {
    at: 'scripts/commands/demo',
    ours: ['contract/', 'host/', 'safety/', 'reporters/', 'signing/', 'run/', 'scripts/', 'demo/'],
    packages: ['node:', 'commander', 'picocolors'],
  },
  {
    at: 'demo/',
    ours: ['contract/', 'sink/'],
    packages: ['node:', 'zod', 'pg', 'fastify', 'ioredis', 'stripe', 'nodemailer'],
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
    ours: ['scripts/plan-for-playwright', 'run/', 'host/', 'contract/'],
    packages: ['node:', '@playwright/test'],
  },
];

/** Every room is a folder. */
const ROOM_FOLDERS = [
  ...new Set(ROOMS.flatMap(({ at }) => (at.includes('/') ? [at.split('/')[0] ?? ''] : []))),
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
    return `${where}: ${room.at} may import only ${[room.at, ...room.ours].join(', ')}; pass the value in, or move the shared part to contract/ or host/`;
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

const FILES = ROOM_FOLDERS.flatMap(sources);
/** Read once: parsing all files takes seconds. */
const IMPORTS = FILES.flatMap(importsOf);

test('every import is allowed by the table of rooms', () => {
  expect(FILES.length).toBeGreaterThan(300);
  const complaints = IMPORTS.flatMap((found) => complaint(found) ?? []);
  expect(complaints).toEqual([]);
});

/** Groups of files that import each other in a circle, by way of whatever: types too. */
function circles(imports: ReadonlyMap<string, readonly string[]>): readonly string[] {
  const done = new Set<string>();
  const found: string[] = [];
  const follow = (file: string, way: readonly string[]): void => {
    const seenAt = way.indexOf(file);
    if (seenAt >= 0) {
      found.push([...way.slice(seenAt), file].join(' -> '));
      return;
    }
    if (done.has(file)) return;
    for (const next of imports.get(file) ?? []) follow(next, [...way, file]);
    done.add(file);
  };
  for (const file of imports.keys()) follow(file, []);
  return found;
}

const target = (found: Import): string =>
  path.relative(ROOT, path.resolve(ROOT, path.dirname(found.file), found.specifier));

test('no file imports itself by way of others, and no room another that imports it', () => {
  const own = IMPORTS.filter(({ specifier, form }) => specifier.startsWith('.') && form !== 'lazy');
  const [files, rooms] = [new Map<string, string[]>(), new Map<string, string[]>()];
  const add = (map: Map<string, string[]>, from: string, to: string): void =>
    void map.set(from, [...new Set([...(map.get(from) ?? []), to])]);
  for (const found of own) {
    add(files, found.file, target(found));
    const [from = '', to = ''] = [found.file, target(found)].map((file) => file.split('/')[0]);
    if (from !== to) add(rooms, from, to);
  }
  expect(circles(files)).toEqual([]);
  expect(circles(rooms)).toEqual([]);
});

test('the mechanisms of the gate are known without a parser of YAML or shell: every command loads them', () => {
  const reached = new Set<string>();
  const packages = new Set<string>();
  const follow = (file: string): void => {
    if (reached.has(file)) return;
    reached.add(file);
    for (const found of IMPORTS.filter((one) => one.file === file && one.form === 'static')) {
      if (found.specifier.startsWith('.')) follow(target(found));
      else packages.add(packageOf(found.specifier));
    }
  };
  follow('gate/mechanisms/index.ts');
  expect(reached.size).toBeGreaterThan(40);
  expect([...packages].filter((name) => !name.startsWith('node:'))).toEqual(['zod']);
});

test('a circle is found, and told by the files on the way', () => {
  const round = new Map([
    ['a', ['b']],
    ['b', ['c', 'd']],
    ['c', ['a']],
    ['d', []],
  ]);
  expect(circles(round)).toEqual(['a -> b -> c -> a']);
  round.set('c', []);
  expect(circles(round)).toEqual([]);
});

test('nobody imports scripts, tests or examples, and only the demo command imports the demo', () => {
  const complaints = IMPORTS.filter((found) => found.specifier.startsWith('.')).flatMap((found) => {
    const to = path.relative(ROOT, path.resolve(ROOT, path.dirname(found.file), found.specifier));
    const from = found.file.split('/')[0];
    if (/^(tests|examples)\//.test(to)) return [`${found.file}:${found.line} imports ${to}`];
    if (to.startsWith('scripts/') && from !== 'scripts' && found.file !== 'playwright.config.ts')
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
  expect(complaint({ ...bad, specifier: '../run/runner.ts' })).toContain('may import only');
  expect(complaint({ ...bad, specifier: '../contract/verdict/verdict.ts' })).toBeUndefined();
  expect(
    complaint({ file: 'suites/adapters/payments/stripe.ts', line: 1, specifier: 'stripe', form: 'static' }),
  ).toContain('lazily');
});
