import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { Language, Parser, type Node } from 'web-tree-sitter';

export type { Node } from 'web-tree-sitter';

const parser = await shellParser();

async function shellParser(): Promise<Parser> {
  await Parser.init();
  const made = new Parser();
  made.setLanguage(await Language.load(new Uint8Array(readFileSync(grammarFile()))));
  return made;
}

/** The build lays the grammar beside this file; in the repository it lies in the package that brings it. */
function grammarFile(): string {
  const beside = path.join(import.meta.dirname, 'tree-sitter-bash.wasm');
  return existsSync(beside)
    ? beside
    : createRequire(import.meta.url).resolve('tree-sitter-bash/tree-sitter-bash.wasm');
}

/** The syntax tree of a piece of shell. It never throws: what is no shell is an ERROR node in the tree. */
export function parseShell(text: string): Node {
  const tree = parser.parse(withoutExpressions(text));
  if (tree === null) throw new Error('the grammar of shell is not loaded');
  return tree.rootNode;
}

/** `${{ … }}` is replaced by CI before a shell sees it: a value that nobody knows here, of the same length. */
function withoutExpressions(text: string): string {
  return text.replace(/\$\{\{.*?\}\}/g, (found) => `\${${'_'.repeat(found.length - 3)}}`);
}

/** Named and unnamed nodes of a tree, from the top. */
export function everyNode(node: Node): readonly Node[] {
  return [node, ...node.children.flatMap(everyNode)];
}
