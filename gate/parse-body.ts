const TOKEN = /"(?:[^"\\]|\\.)*"|[{}[\],]/g;

/**
 * Reads the JSON of a request.
 * @throws SyntaxError when it is none, or names a member twice: JSON.parse would take the last one, the program that
 *   wrote it may have meant the first
 */
export function parseBody(text: string): unknown {
  const value: unknown = JSON.parse(text);
  if (namesTwice(text)) throw new SyntaxError('a member is named twice');
  return value;
}

/** Takes only JSON that was parsed before. */
function namesTwice(json: string): boolean {
  // One entry for each open bracket: the names of an object so far, or null for a list.
  const open: (Set<string> | null)[] = [];
  let nameIsNext = false;
  for (const [token] of json.matchAll(TOKEN)) {
    const names = open.at(-1) ?? null;
    if (token === '{' || token === '[') open.push(token === '{' ? new Set() : null);
    else if (token === '}' || token === ']') open.pop();
    else if (token !== ',' && nameIsNext && names !== null) {
      const name = JSON.parse(token) as string;
      if (names.has(name)) return true;
      names.add(name);
    }
    nameIsNext = token === '{' || (token === ',' && names !== null);
  }
  return false;
}
