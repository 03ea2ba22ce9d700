/** A text as a TypeScript literal. What a target says ends up in it, so nothing may end it early. */
export function quoted(text: string): string {
  return /^[^'\\\p{Cc}\u2028\u2029]*$/u.test(text)
    ? `'${text}'`
    : JSON.stringify(text).replaceAll('\u2028', '\\u2028').replaceAll('\u2029', '\\u2029');
}

/** The name of a property as TypeScript. */
export function propertyName(name: string): string {
  return /^[A-Za-z_$][\w$]*$/.test(name) ? name : quoted(name);
}

/** Lines between two brackets, one step deeper. */
export function block(open: string, lines: readonly string[], close: string): string {
  return [open, ...indented(lines), close].join('\n');
}

/** Every line of every text, one step deeper. */
export function indented(lines: readonly string[]): string[] {
  return lines.flatMap((line) => line.split('\n').map((one) => (one === '' ? '' : `  ${one}`)));
}

const WIDEST = 110;

/** A comment, wrapped. What a target says stays within it: a line end of any kind becomes a blank. */
export function comment(text: string): string[] {
  const words = text
    .replaceAll(/[\p{Cc}\u2028\u2029\s]+/gu, ' ')
    .trim()
    .split(' ');
  const lines: string[] = [];
  for (const word of words) {
    const last = lines.at(-1);
    if (last === undefined || last.length + word.length + 1 > WIDEST) lines.push(`// ${word}`);
    else lines[lines.length - 1] = `${last} ${word}`;
  }
  return lines;
}

/** Code that is only proposed: without the slashes, it is in force. */
export function commentedOut(lines: readonly string[]): string[] {
  return lines.flatMap((line) => line.split('\n').map((one) => (one === '' ? '//' : `// ${one}`)));
}
