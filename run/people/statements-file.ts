import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { GreenlightError, type Problem } from '../../contract/errors.ts';
import type { Attestation } from '../../contract/evidence/attestation.ts';
import type { Plan } from '../../contract/plan/plan.ts';
import type { KeptLine } from '../../contract/verdict/kept-statement.ts';
import { appendJsonLine } from '../../host/append-line.ts';
import { readKeptLine } from '../../signing/kept-statement.ts';

/** Where a plan keeps what people stated, as an absolute path. @param planFile absolute */
export function statementsFileOf(plan: Pick<Plan, 'people'>, planFile: string): string {
  return path.resolve(path.dirname(planFile), plan.people.file);
}

/**
 * Everything that people stated, on every target, in the order of the file; nothing where there is no file yet. One line
 * that cannot be believed makes all of it unusable: it may have been somebody's "no".
 * @throws GreenlightError STATEMENTS_INVALID with every line that is wrong
 */
export function readStatements(file: string): readonly Attestation[] {
  if (!existsSync(file)) return [];
  const stated: Attestation[] = [];
  const problems: Problem[] = [];
  textOf(file)
    .split('\n')
    .forEach((line, index) => {
      if (line.trim() === '') return;
      const read = readKeptLine(line);
      if (typeof read !== 'string') stated.push(read);
      else {
        problems.push({
          path: `line ${index + 1}`,
          value: line.length > 80 ? `${line.slice(0, 80)}…` : line,
          problem: read,
          remedy: 'put back the line as it was, or remove it and let the person say it again',
        });
      }
    });
  if (problems.length > 0) throw new GreenlightError('STATEMENTS_INVALID', file, { problems });
  return stated;
}

/** Adds one statement; it is on disk when the promise resolves. @throws GreenlightError FILE_UNWRITABLE */
export async function keepStatement(file: string, line: KeptLine): Promise<void> {
  try {
    await appendJsonLine(file, line, { mode: 0o644, durable: true });
  } catch (cause) {
    throw new GreenlightError('FILE_UNWRITABLE', `${file} (people.file of the plan): nothing was kept`, {
      cause,
    });
  }
}

function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    throw new GreenlightError('STATEMENTS_INVALID', `${file} cannot be read`, { cause });
  }
}
