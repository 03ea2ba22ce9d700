import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect } from 'vitest';

const ROOT = path.resolve(import.meta.dirname, '../../..');
const UPDATE = process.env['UPDATE_DOCS'] === '1';

/**
 * Expects the table of a page to be exactly these rows, or writes them with UPDATE_DOCS=1. It is told from other tables by
 * the first cell of its header.
 */
export function expectTable(
  file: string,
  header: readonly string[],
  rows: readonly (readonly string[])[],
): void {
  const widths = header.map((cell, column) =>
    Math.max(cell.length, ...rows.map((row) => row[column]?.length ?? 0)),
  );
  const line = (cells: readonly string[], fill = ' '): string =>
    `| ${cells.map((cell, column) => cell.padEnd(widths[column] ?? 0, fill)).join(' | ')} |\n`;
  const dashes = line(
    header.map(() => ''),
    '-',
  );
  const table = [line(header), dashes, ...rows.map((row) => line(row))].join('');
  expectPart(file, new RegExp(`^\\| ${header[0] ?? ''} .*\\n(?:\\|.*\\n)+`, 'm'), table);
}

/** Expects the part of a page that the pattern finds to be this text, or writes it with UPDATE_DOCS=1. */
export function expectPart(file: string, found: RegExp, text: string): void {
  const at = path.join(ROOT, file);
  const page = readFileSync(at, 'utf8');
  expect(page).toMatch(found);
  const updated = page.replace(found, () => text);
  if (UPDATE) writeFileSync(at, updated);
  expect(UPDATE ? updated : page, 'UPDATE_DOCS=1 npx vitest run --project unit tests/unit/docs').toBe(
    updated,
  );
}
