/** A host as it stands in a URL. */
export interface Host {
  readonly name: string;
  readonly nameAndPort: string;
}

/** The host of an absolute URL, or undefined when the text is not one. */
export function hostOf(url: string): Host | undefined {
  try {
    const parsed = new URL(url);
    return { name: parsed.hostname, nameAndPort: parsed.host };
  } catch {
    return undefined;
  }
}

/**
 * Whether a host is this machine by its very name: 127.0.0.0/8, ::1 or localhost. A name that merely resolves to
 * loopback today does not count.
 */
export function isLoopback(host: Host): boolean {
  const name = host.name.toLowerCase().replace(/^\[|\]$/g, '');
  return name === 'localhost' || name === '::1' || /^127(\.\d{1,3}){3}$/.test(name);
}
