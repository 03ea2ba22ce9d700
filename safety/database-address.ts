/** What `pg` reads from `ssl=`; any other text makes it fail in the middle of connecting, outside of every call. */
const READ_AS_SSL = ['true', '1', '0', 'no-verify'];

/**
 * Why an address of a database is none for us: with several hosts, nobody could say which of them was read. The rest of a
 * sentence that begins with the address, and never the address: it may hold a password.
 */
export function severalHosts(address: string): string | undefined {
  const [, authority = ''] = /^[a-z]+:\/\/([^/?#]*)/i.exec(address) ?? [];
  const hosts = [authority.slice(authority.lastIndexOf('@') + 1), ...optionsOf(address).getAll('host')];
  const several = hosts.find((text) => text.includes(','));
  if (several === undefined) return undefined;
  const names = several.split(',').join(' and ');
  return `names several hosts (${names}), and what is read must come from one: name the server that shall be asked`;
}

/**
 * What keeps the driver of PostgreSQL from reading an address as it is meant; undefined where nothing does, and for what
 * is no URL at all.
 * @returns as `severalHosts`
 */
export function postgresAddressProblem(address: string): string | undefined {
  const several = severalHosts(address);
  if (several !== undefined) return several;
  const options = optionsOf(address);
  const ssl = options.get('ssl');
  if (ssl !== null && !READ_AS_SSL.includes(ssl))
    return 'holds ssl= with a word that the driver can not read: write sslmode=disable or sslmode=verify-full';
  if (options.get('sslrootcert') === 'system')
    return 'holds sslrootcert=system, which the driver takes for a file: leave it out, and the authorities that Node trusts are asked';
  return undefined;
}

/**
 * What the driver of MariaDB and MySQL is told of an address.
 * @throws Error for an address that is none, or of several hosts; without the address
 */
export function mysqlConnection(address: string) {
  const several = severalHosts(address);
  if (several !== undefined) throw new Error(`the address ${several}`);
  // The error of the parser would hold the whole address, with its password.
  if (!URL.canParse(address)) {
    throw new Error(
      'the address is not a URL: write mysql://user:password@host:3306/name, special characters as %xx',
    );
  }
  const { hostname, port, username, password, pathname, searchParams } = new URL(address);
  const ssl = searchParams.get('ssl') ?? searchParams.get('sslmode') ?? 'false';
  return {
    host: hostname.replace(/^\[|\]$/g, ''),
    port: port === '' ? 3306 : Number(port),
    user: decodeURIComponent(username),
    password: decodeURIComponent(password),
    database: decodeURIComponent(pathname.slice(1)),
    ...(searchParams.has('socketPath') ? { socketPath: searchParams.get('socketPath') ?? '' } : {}),
    ...(['false', 'disable', '0'].includes(ssl) ? {} : { ssl: {} }),
  };
}

function optionsOf(address: string): URLSearchParams {
  const [, query = ''] = /\?([^#]*)/.exec(address) ?? [];
  return new URLSearchParams(query);
}
