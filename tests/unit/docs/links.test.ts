import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import type { GreenlightError, Problem } from '../../../contract/errors.ts';
import { parsePlan } from '../../../contract/plan/plan.ts';
import { slugOf } from '../../../scripts/reference/slug.ts';
import { productSources, ROOT, textsOf } from './product-sources.ts';

/** What npm would pack, without building anything. */
const PACKED = new Set(
  (
    JSON.parse(
      execFileSync('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'], {
        cwd: ROOT,
        encoding: 'utf8',
        maxBuffer: 1 << 26,
      }),
    ) as { files: { path: string }[] }[]
  ).flatMap(({ files }) => files.map((file) => file.path)),
);
const PAGES = execFileSync('git', ['ls-files', '-co', '--exclude-standard', '*.md'], {
  cwd: ROOT,
  encoding: 'utf8',
})
  .split('\n')
  .filter((file) => file !== '' && existsSync(path.join(ROOT, file)));

/** The text of a page without what stands in code. */
function prose(file: string): string {
  return readFileSync(path.join(ROOT, file), 'utf8')
    .replaceAll(/^( *)(```+)[^]*?^\1\2$/gm, '')
    .replaceAll(/`[^`\n]*`/g, (code) => code.replaceAll(/[[\]()]/g, '_'));
}

function anchorsOf(file: string): ReadonlySet<string> {
  const text = readFileSync(path.join(ROOT, file), 'utf8').replaceAll(/^( *)(```+)[^]*?^\1\2$/gm, '');
  const seen = new Map<string, number>();
  return new Set(
    [...text.matchAll(/^#+ (.*)$/gm)].map(([, heading = '']) => {
      const slug = slugOf(heading.replaceAll(/[`*]|\]\([^)]*\)|\[/g, ''));
      const before = seen.get(slug) ?? 0;
      seen.set(slug, before + 1);
      return before === 0 ? slug : `${slug}-${before}`;
    }),
  );
}

function linksOf(
  file: string,
): readonly { readonly to: string; readonly anchor: string | undefined; readonly as: string }[] {
  return [...prose(file).matchAll(/\]\(([^)\s]+)\)/g)].flatMap(([, link = '']) => {
    if (/^[a-z]+:/.test(link)) return [];
    const [name = '', anchor] = link.split('#');
    const to = name === '' ? file : path.normalize(path.join(path.dirname(file), decodeURIComponent(name)));
    return [{ to, anchor, as: `${file}: ${link}` }];
  });
}

test('every link of every page leads to a file and a heading', () => {
  const links = PAGES.flatMap(linksOf);
  expect(links.length).toBeGreaterThan(100);
  const dead = links.filter(({ to, anchor }) => {
    if (!existsSync(path.join(ROOT, to))) return true;
    return anchor !== undefined && to.endsWith('.md') && !anchorsOf(to).has(anchor);
  });
  expect(dead.map(({ as }) => as)).toEqual([]);
});

test('the pages ship, and link to nothing that does not', () => {
  const shipped = PAGES.filter((file) => PACKED.has(file));
  expect(shipped).toEqual(
    expect.arrayContaining([
      'README.md',
      'CHANGELOG.md',
      'SECURITY.md',
      'docs/plan/target.md',
      'docs/deploy/verify.md',
    ]),
  );
  const isPacked = (to: string): boolean => {
    const folder = statSync(path.join(ROOT, to)).isDirectory();
    return folder ? [...PACKED].some((file) => file.startsWith(path.join(to, '/'))) : PACKED.has(to);
  };
  // npm shows README.md with links into the repository.
  const inPackage = shipped.filter((file) => file !== 'README.md').flatMap(linksOf);
  expect(inPackage.filter(({ to }) => !isPacked(to)).map(({ as }) => as)).toEqual([]);
});

test('every page that a text of the product names ships with it', () => {
  const named = [...productSources()].flatMap(([file, source]) =>
    textsOf(source).flatMap((text) =>
      [...text.matchAll(/\b((?:docs|deploy)\/[\w./-]*\.\w+)(?:#([\w-]+))?/g)].map(
        ([, page = '', anchor]) => ({ file, page, anchor }),
      ),
    ),
  );
  expect(named.length).toBeGreaterThan(10);
  const wrong = named.filter(
    ({ page, anchor }) => !PACKED.has(page) || (anchor !== undefined && !anchorsOf(page).has(anchor)),
  );
  expect(wrong.map(({ file, page }) => `${file} names ${page}`)).toEqual([]);
});

test.each([
  ['flows', ['x'], 'docs/plan/flows.md'],
  ['probes', [{ kind: 'endpoints', id: 'Not This', title: 'x', paths: ['/'] }], 'docs/plan/probes.md'],
  ['allow', { load: ['http://shop.example.com'] }, 'docs/plan/allow.md'],
])('a problem of %s names the page of that key', (key, value, page) => {
  const plan = { target: { name: 'shop', urls: { app: 'http://127.0.0.1:1' } }, [key]: value };
  let problems: readonly Problem[] = [];
  try {
    parsePlan(plan);
  } catch (error) {
    problems = (error as GreenlightError).problems;
  }
  expect(problems.map(({ remedy }) => remedy)).toContain(
    `see ${page} in the package (node_modules/greenlight)`,
  );
});

test('the documentation stays small in the package', () => {
  const bytes = [...PACKED]
    .filter((file) => file.startsWith('docs/'))
    .reduce((sum, file) => sum + statSync(path.join(ROOT, file)).size, 0);
  expect(bytes).toBeLessThan(1_000_000);
  expect([...PACKED].filter((file) => /^docs\/(?!.*\.md$)/.test(file))).toEqual([]);
});
