/** Lines of a table with aligned columns. Cells may come from a database, so they can't steer the terminal. */
export function textTable(
  head: readonly string[],
  rows: readonly (readonly string[])[],
  right: readonly number[] = [],
): readonly string[] {
  const cleaned = rows.map((row) => row.map(plainText));
  const widths = head.map((title, index) =>
    Math.max(title.length, ...cleaned.map((row) => row[index]?.length ?? 0)),
  );
  return [head, ...cleaned].map((cells) =>
    cells
      .map((cell, index) =>
        right.includes(index) ? cell.padStart(widths[index] ?? 0) : cell.padEnd(widths[index] ?? 0),
      )
      .join('  ')
      .trimEnd(),
  );
}

/** Text without control characters, in one line. */
export function plainText(text: string): string {
  return text.replace(/\p{Cc}|\p{Bidi_Control}/gu, ' ');
}
