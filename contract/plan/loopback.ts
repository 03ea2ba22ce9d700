/** A host as it stands in a URL. */
export interface Host {
  readonly name: string;
  readonly nameAndPort: string;
  /** The port that the URL leaves out because its scheme has it. */
  readonly usualPort?: string | undefined;
}

/** The host of an absolute URL, or undefined when the text is not one. */
export function hostOf(url: string): Host | undefined {
  try {
    const parsed = new URL(url);
    return {
      name: parsed.hostname,
      nameAndPort: parsed.host,
      ...(parsed.port === '' ? { usualPort: DEFAULT_PORT[parsed.protocol] } : {}),
    };
  } catch {
    return undefined;
  }
}

const DEFAULT_PORT: Readonly<Record<string, string>> = { 'http:': '80', 'https:': '443' };

/** Whether a list of the plan's `allow` names the host: in small letters or capitals, with or without the usual port. */
export function isAllowed(host: Host, allowed: readonly unknown[]): boolean {
  const names = [
    host.name,
    host.nameAndPort,
    ...(host.usualPort === undefined ? [] : [`${host.name}:${host.usualPort}`]),
  ];
  return allowed.some((entry) => typeof entry === 'string' && names.includes(entry.toLowerCase()));
}

/**
 * Whether a host is this machine by its very name: 127.0.0.0/8, ::1 or localhost. A name that merely resolves to
 * loopback today does not count.
 */
export function isLoopback(host: Host): boolean {
  const name = host.name.toLowerCase().replace(/^\[|\]$/g, '');
  return name === 'localhost' || name === '::1' || /^127(\.\d{1,3}){3}$/.test(name);
}
