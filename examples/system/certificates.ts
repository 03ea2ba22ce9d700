import { execFile } from 'node:child_process';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import type { Tls } from './application.ts';

const run = promisify(execFile);

/** A CA of our own. */
export interface Authority {
  /** Its certificate, for NODE_EXTRA_CA_CERTS. */
  readonly file: string;
  /** A certificate for a host. @param days how long it is valid; default 90 */
  issue(host: string, days?: number): Promise<Tls>;
}

/** Makes a CA with openssl. @param directory of its own; made when it is missing */
export async function createAuthority(directory: string): Promise<Authority> {
  await mkdir(directory, { recursive: true });
  const at = (name: string): string => path.join(directory, name);
  const openssl = (...args: string[]) => run('openssl', args, { cwd: directory });
  const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  const subject = (name: string): string[] => ['-subj', `/O=Stand-in/CN=${name}`];
  await openssl(
    'req',
    '-x509',
    ...newKey,
    '-days',
    '30',
    '-keyout',
    'ca.key',
    '-out',
    'ca.pem',
    ...subject('CA'),
  );
  let issued = 0;
  return {
    file: at('ca.pem'),
    issue: async (host, days = 90) => {
      issued += 1;
      const name = `host-${issued}`;
      await writeFile(at(`${name}.ext`), `subjectAltName=DNS:${host}\n`);
      await openssl('req', ...newKey, '-keyout', `${name}.key`, '-out', `${name}.csr`, ...subject(host));
      await openssl(
        'x509',
        '-req',
        ...['-in', `${name}.csr`, '-CA', 'ca.pem', '-CAkey', 'ca.key', '-CAcreateserial'],
        ...['-days', String(days), '-extfile', `${name}.ext`, '-out', `${name}.pem`],
      );
      const [key, cert] = await Promise.all([
        readFile(at(`${name}.key`), 'utf8'),
        readFile(at(`${name}.pem`), 'utf8'),
      ]);
      return { key, cert };
    },
  };
}
