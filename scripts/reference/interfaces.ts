import ts from 'typescript';
import { commentOf } from './comments.ts';
import { inTable, inText } from './render-keys.ts';

/** A member of an interface that users write or read in functions of their plan. */
export interface Member {
  readonly name: string;
  /** As TypeScript writes it. */
  readonly type: string;
  readonly says: string;
}

/** An interface of the contract, by its name, with what it inherits. */
export function membersOf(program: ts.Program, name: string): readonly Member[] {
  const checker = program.getTypeChecker();
  const found = program
    .getSourceFiles()
    .filter(({ fileName }) => fileName.includes('/contract/'))
    .flatMap((file) => file.statements.filter(ts.isInterfaceDeclaration))
    .find((declaration) => declaration.name.text === name);
  if (found === undefined) throw new Error(`contract/ has no interface ${name}`);
  return checker
    .getTypeAtLocation(found.name)
    .getProperties()
    .map((symbol) => ({
      name: `${symbol.name}${symbol.flags & ts.SymbolFlags.Optional ? '?' : ''}`,
      type: typeText(symbol),
      says: commentOf(symbol, checker),
    }));
}

export function renderMembers(members: readonly Member[]): string {
  return [
    '| key | type | what it says |',
    '|---|---|---|',
    ...members.map(
      ({ name, type, says }) => `| \`${name}\` | ${inTable(`\`${type}\``)} | ${inTable(inText(says))} |`,
    ),
  ].join('\n');
}

function typeText(symbol: ts.Symbol): string {
  const [declaration] = symbol.declarations ?? [];
  if (declaration === undefined) return 'unknown';
  const text = declaration.getText().replaceAll(/\/\*\*[^]*?\*\//g, '');
  // The whole of a method; of a property only what stands behind its name.
  const type =
    ts.isPropertySignature(declaration) && declaration.type !== undefined ? declaration.type.getText() : text;
  return type
    .replaceAll(/\s+/g, ' ')
    .replace(/;$/, '')
    .replace(/^\| /, '')
    .replaceAll('( ', '(')
    .replaceAll(', )', ')');
}
