import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import ts from 'typescript';

export const ROOT = path.resolve(import.meta.dirname, '../../..');

const { include } = JSON.parse(readFileSync(path.join(ROOT, 'tsconfig.build.json'), 'utf8')) as {
  include: string[];
};
/** What goes into the package, but the demo. */
const ROOMS = include
  .flatMap((pattern) => /^([\w-]+)\/\*\*\/\*\.ts$/.exec(pattern)?.[1] ?? [])
  .filter((room) => room !== 'demo');

let before: ReadonlyMap<string, ts.SourceFile> | undefined;

/** Every source of the product, parsed, by its path from the root. */
export function productSources(): ReadonlyMap<string, ts.SourceFile> {
  return (before ??= parseAll());
}

function parseAll(): ReadonlyMap<string, ts.SourceFile> {
  const files = ROOMS.flatMap((room) =>
    readdirSync(path.join(ROOT, room), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
      .map((entry) => path.relative(ROOT, path.join(entry.parentPath, entry.name)))
      .filter((file) => !file.startsWith(path.join('scripts', 'reference'))),
  );
  return new Map(
    files.map((file) => [
      file,
      ts.createSourceFile(file, readFileSync(path.join(ROOT, file), 'utf8'), ts.ScriptTarget.Latest, true),
    ]),
  );
}

/** Every node of a tree. */
export function nodesOf(tree: ts.Node): readonly ts.Node[] {
  const nodes: ts.Node[] = [];
  const visit = (node: ts.Node): void => {
    nodes.push(node);
    ts.forEachChild(node, visit);
  };
  visit(tree);
  return nodes;
}

/** Every text that a program may show: literals, and the fixed parts of templates. */
export function textsOf(source: ts.SourceFile): readonly string[] {
  return nodesOf(source).flatMap((node) =>
    ts.isStringLiteralLike(node) ||
    ts.isTemplateHead(node) ||
    ts.isTemplateMiddle(node) ||
    ts.isTemplateTail(node)
      ? [node.text]
      : [],
  );
}
