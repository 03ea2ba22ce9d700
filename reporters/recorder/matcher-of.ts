import { readFileSync } from 'node:fs';
import type { SeenStep } from '../classify.ts';

/** Playwright's own title of an `expect`: `Expect "not toBeVisible"`. A message of the user's replaces it. */
const TITLED = /^Expect "(?:.* )?(to[A-Z]\w*)/;

const sources = new Map<string, readonly string[] | undefined>();

/**
 * The matcher of an `expect` step: `toBe`, `toPass`. Where the user gave the comparison a message, its title no longer
 * says so; then the place does from which it was called.
 * @returns undefined when neither tells
 */
export function matcherOf(step: SeenStep): string | undefined {
  const titled = TITLED.exec(step.title)?.[1];
  if (titled !== undefined || step.location === undefined) return titled;
  const { file, line, column } = step.location;
  const text = linesOf(file)?.[line - 1];
  if (text === undefined) return undefined;
  // Of a call over several lines the place is where the matcher stands, or where its line begins.
  return (
    /^\W*(to[A-Z]\w*)/.exec(text.slice(Math.max(0, column - 1)))?.[1] ?? /\.(to[A-Z]\w*)\s*\(/.exec(text)?.[1]
  );
}

function linesOf(file: string): readonly string[] | undefined {
  if (!sources.has(file)) sources.set(file, read(file));
  return sources.get(file);
}

function read(file: string): readonly string[] | undefined {
  try {
    return readFileSync(file, 'utf8').split('\n');
  } catch {
    return undefined;
  }
}
