/** A policy: sources by directive, all in small letters. */
export type ContentSecurityPolicy = ReadonlyMap<string, readonly string[]>;

/**
 * The policies of a header. Several headers, or several policies with commas between them, all hold; of a directive that
 * stands twice in one policy the first counts (CSP 3, 2.2.1). No source holds a comma or a semicolon.
 */
export function policiesIn(header: string | undefined): readonly ContentSecurityPolicy[] {
  return (header ?? '')
    .split(',')
    .map((text) => {
      const policy = new Map<string, readonly string[]>();
      for (const directive of text.split(';')) {
        const [name, ...sources] = directive.trim().toLowerCase().split(/\s+/);
        if (name !== undefined && name !== '' && !policy.has(name)) policy.set(name, sources);
      }
      return policy;
    })
    .filter(({ size }) => size > 0);
}

/** Whether one of the policies has a directive: by its name, or with exactly these sources in any order. */
export function hasDirective(policies: readonly ContentSecurityPolicy[], wanted: string): boolean {
  const [name = '', ...sources] = wanted.toLowerCase().trim().split(/\s+/);
  return policies.some((policy) => {
    const there = policy.get(name);
    return there !== undefined && (sources.length === 0 || sameSet(there, sources));
  });
}

function sameSet(one: readonly string[], other: readonly string[]): boolean {
  return new Set([...one, ...other]).size === new Set(one).size && new Set(one).size === new Set(other).size;
}
