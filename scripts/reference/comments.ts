import ts from 'typescript';

/** The comment that stands beside a key, or, where it has none, beside what its value is. Empty where there is neither. */
export function commentOf(symbol: ts.Symbol, checker: ts.TypeChecker): string {
  const own = textOf(symbol, checker);
  if (own !== '') return own;
  for (const declaration of symbol.declarations ?? []) {
    const root = rootOf(declaration);
    const named = root === undefined ? undefined : valueOf(root, declaration, checker);
    if (named === undefined || named === symbol) continue;
    const text = commentOf(named, checker);
    if (text !== '') return text;
  }
  return '';
}

/**
 * The comment of one form of a union, found from its keys: before the object in a list of alternatives, or else of the
 * variable in which the keys of this form alone are declared.
 */
export function commentOfAlternative(keys: readonly ts.Symbol[], checker: ts.TypeChecker): string {
  const literals = keys.flatMap((key) => key.declarations?.find(ts.isPropertyAssignment)?.parent ?? []);
  for (const { parent: call } of literals) {
    if (!ts.isCallExpression(call) || !ts.isArrayLiteralExpression(call.parent)) continue;
    const text = call.getSourceFile().text;
    const ranges = ts.getLeadingCommentRanges(text, call.getFullStart()) ?? [];
    const last = ranges.filter(({ pos }) => text.startsWith('/**', pos)).at(-1);
    if (last !== undefined) return plain(text.slice(last.pos, last.end));
  }
  // Keys of the form itself stand behind those that all forms have.
  for (const literal of literals.reverse()) {
    const variable = ts.findAncestor(literal, ts.isVariableDeclaration);
    const symbol = variable === undefined ? undefined : checker.getSymbolAtLocation(variable.name);
    const text = symbol === undefined ? '' : textOf(symbol, checker);
    if (text !== '') return text;
  }
  return '';
}

function textOf(symbol: ts.Symbol, checker: ts.TypeChecker): string {
  return oneLine(ts.displayPartsToString(symbol.getDocumentationComment(checker)));
}

function plain(comment: string): string {
  return oneLine(comment.replace(/^\/\*\*|\*\/$/g, '').replaceAll(/^\s*\* ?/gm, ''));
}

function oneLine(text: string): string {
  return text.replaceAll(/\s+/g, ' ').trim();
}

/** `OwnRows` of `created: OwnRows.optional()`, `common.phases` of `phases: common.phases`. */
function rootOf(declaration: ts.Declaration): ts.Expression | undefined {
  if (ts.isShorthandPropertyAssignment(declaration)) return declaration.name;
  if (!ts.isPropertyAssignment(declaration)) return undefined;
  let at: ts.Expression = declaration.initializer;
  while (ts.isCallExpression(at) && ts.isPropertyAccessExpression(at.expression))
    at = at.expression.expression;
  return ts.isIdentifier(at) || ts.isPropertyAccessExpression(at) ? at : undefined;
}

function valueOf(
  root: ts.Expression,
  declaration: ts.Declaration,
  checker: ts.TypeChecker,
): ts.Symbol | undefined {
  const found = ts.isShorthandPropertyAssignment(declaration)
    ? checker.getShorthandAssignmentValueSymbol(declaration)
    : checker.getSymbolAtLocation(root);
  if (found === undefined) return undefined;
  const target = found.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(found) : found;
  // Comments of zod's own members say nothing about ours.
  const ours = target.declarations?.some((one) => !one.getSourceFile().fileName.includes('/node_modules/'));
  return ours === true ? target : undefined;
}
