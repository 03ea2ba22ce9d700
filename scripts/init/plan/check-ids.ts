/** A check id of some words, unlike all that were given before; at most 80 characters. */
export function createIds(taken: readonly string[] = []): (words: string) => string {
  const used = new Set(taken);
  return (words) => {
    const base =
      words
        .normalize('NFKD')
        .replaceAll(/([a-z0-9])([A-Z])/g, '$1-$2')
        .toLowerCase()
        .replaceAll(/[^a-z0-9]+/g, '-')
        .replaceAll(/^-+|-+$/g, '')
        .slice(0, 74)
        .replace(/-+$/, '') || 'it-answers';
    let id = base;
    for (let number = 2; used.has(id); number += 1) id = `${base}-${number}`;
    used.add(id);
    return id;
  };
}
