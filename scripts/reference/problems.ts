import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import ts from 'typescript';

/** What a plan is refused for beyond the shape of single keys, and what to do about it, where that is not the same. */
export interface Refusal {
  readonly problem: string;
  readonly remedy: string;
}

/** Every problem that a folder of the contract names, read from where it is found. */
export function refusalsIn(folder: string): readonly Refusal[] {
  const found: Refusal[] = [];
  const files = readdirSync(folder).filter((name) => name.endsWith('.ts'));
  for (const name of files.sort()) {
    const file = path.join(folder, name);
    const source = ts.createSourceFile(file, readFileSync(file, 'utf8'), ts.ScriptTarget.Latest, true);
    const visit = (node: ts.Node): void => {
      if (ts.isObjectLiteralExpression(node)) {
        const problem = textOf(node, 'problem');
        const remedy = textOf(node, 'remedy');
        const message = textOf(node, 'message');
        if (problem !== undefined && remedy !== undefined) found.push({ problem, remedy });
        else if (message !== undefined) found.push({ problem: message, remedy: '' });
      }
      // What a schema of several keys says: `complain('peak', 'has no meaning in a ramp')`.
      if (ts.isCallExpression(node) && node.expression.getText() === 'complain') {
        const [key, said] = node.arguments;
        const message = said === undefined ? undefined : words(said);
        const of = key === undefined ? undefined : words(key);
        if (message !== undefined)
          found.push({ problem: of === undefined ? message : `\`${of}\`: ${message}`, remedy: '' });
      }
      ts.forEachChild(node, visit);
    };
    visit(source);
  }
  return found.filter(({ problem }, at) => found.findIndex((one) => one.problem === problem) === at);
}

function textOf(literal: ts.ObjectLiteralExpression, key: string): string | undefined {
  const property = literal.properties.find(
    (one): one is ts.PropertyAssignment => ts.isPropertyAssignment(one) && one.name.getText() === key,
  );
  return property === undefined ? undefined : words(property.initializer);
}

/** A text, with `…` for what is known only when it happens. */
function words(value: ts.Expression): string | undefined {
  if (ts.isStringLiteralLike(value)) return value.text;
  if (ts.isConditionalExpression(value)) {
    const [one, other] = [words(value.whenTrue), words(value.whenFalse)];
    return one === undefined || other === undefined ? (one ?? other) : `${one}; or: ${other}`;
  }
  if (!ts.isTemplateExpression(value)) return undefined;
  return `${value.head.text}${value.templateSpans.map(({ literal }) => `…${literal.text}`).join('')}`;
}
