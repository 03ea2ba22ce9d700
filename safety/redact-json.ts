import type { Redactor } from './redactor.ts';

/**
 * Redacts JSON, or lines of JSON as traces have them, value by value: patterns that run over the raw text could swallow
 * a closing quote and leave a file that no one can read.
 * @returns undefined when the text is neither; then it must be redacted as text
 */
export function redactJson(text: string, redactor: Redactor): string | undefined {
  if (!/^\s*[[{]/.test(text)) return undefined;
  const whole = parsed(text);
  if (whole !== undefined) return rewritten(text, whole, redactor);
  const lines = text.split('\n');
  if (lines.length < 2) return undefined;
  const clean: string[] = [];
  for (const line of lines) {
    const value = parsed(line);
    if (value === undefined && line.trim() !== '') return undefined;
    clean.push(value === undefined ? line : rewritten(line, value, redactor));
  }
  return clean.join('\n');
}

/** The text itself when nothing in it is secret, so that its layout stays. */
function rewritten(text: string, value: object, redactor: Redactor): string {
  const clean = JSON.stringify(redactor.deep(value));
  return clean === JSON.stringify(value) ? text : clean;
}

function parsed(text: string): object | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? value : undefined;
  } catch {
    // Not JSON is an answer here, not a failure: the caller then redacts the text as text.
    return undefined;
  }
}
