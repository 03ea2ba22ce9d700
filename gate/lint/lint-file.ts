import { GreenlightError } from '../../contract/errors.ts';
import { parseDeployFile } from './parse-deploy-file.ts';
import { RULES } from '../mechanisms/index.ts';

/** One fail-open pattern in a user's file. */
export interface LintFinding {
  readonly file: string;
  readonly line: number;
  readonly rule: string;
  readonly found: string;
  readonly remedy: string;
}

/**
 * Looks for every known pattern in one file, in the order of its lines.
 * @throws GreenlightError DEPLOY_FILE_INVALID when there is nothing in it that could be looked at
 */
export function lintFile(file: string, text: string): readonly LintFinding[] {
  try {
    return findingsIn(file, text);
  } catch (cause) {
    // What the parser of YAML throws for anchors that are not there or go in circles, and for nesting without end.
    if (!(cause instanceof RangeError) && !(cause instanceof ReferenceError)) throw cause;
    throw new GreenlightError(
      'DEPLOY_FILE_INVALID',
      `${file}: its aliases or its nesting cannot be followed to an end: look for an alias (*name) without its anchor, or inside of it, and for very many levels`,
      { cause },
    );
  }
}

function findingsIn(file: string, text: string): readonly LintFinding[] {
  return parseDeployFile(file, text)
    .flatMap((document) =>
      RULES.flatMap((rule) =>
        rule
          .find(document)
          .map(({ line, found }): LintFinding => ({ file, line, rule: rule.id, found, remedy: rule.remedy })),
      ),
    )
    .sort((a, b) => a.line - b.line || a.rule.localeCompare(b.rule));
}
