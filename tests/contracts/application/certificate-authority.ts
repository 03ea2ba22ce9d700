import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A certificate with its key, as PEM. */
export interface Certificate {
  readonly key: string;
  readonly cert: string;
}

/** An authority of our own, which signs whatever the test wants. */
export interface Authority {
  /** For NODE_EXTRA_CA_CERTS. */
  readonly file: string;
  /** @param days before and after now between which it is valid */
  sign(name: string, days: { readonly from: number; readonly to: number }): Certificate;
  remove(): void;
}

/** Of elliptic curves: a key of RSA takes a hundred times as long to make. */
const EC = ['ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1'] as const;

const stamp = (days: number): string =>
  `${new Date(Date.now() + days * 86_400_000).toISOString().replace(/[-:T]/g, '').slice(0, 14)}Z`;

export function createAuthority(): Authority {
  const home = mkdtempSync(join(tmpdir(), 'greenlight-ca-'));
  const at = (file: string): string => join(home, file);
  const openssl = (...args: string[]): void => void execFileSync('openssl', args, { stdio: 'ignore' });
  openssl(
    'req',
    '-x509',
    '-newkey',
    ...EC,
    '-nodes',
    '-subj',
    '/CN=Test CA',
    '-days',
    '30',
    '-keyout',
    at('ca.key'),
    '-out',
    at('ca.pem'),
  );
  mkdirSync(at('issued'));
  writeFileSync(at('index'), '');
  writeFileSync(at('index.attr'), 'unique_subject = no\n');
  writeFileSync(at('serial'), '01\n');
  writeFileSync(
    at('ca.cnf'),
    [
      '[ca]',
      'default_ca = test',
      '[test]',
      `database = ${at('index')}`,
      `serial = ${at('serial')}`,
      `new_certs_dir = ${at('issued')}`,
      `certificate = ${at('ca.pem')}`,
      `private_key = ${at('ca.key')}`,
      'default_md = sha256',
      'policy = any',
      '[any]',
      'commonName = supplied',
      '',
    ].join('\n'),
  );
  return {
    file: at('ca.pem'),
    sign(name, { from, to }) {
      writeFileSync(at('san'), `subjectAltName = DNS:${name}\n`);
      openssl(
        'req',
        '-new',
        '-newkey',
        ...EC,
        '-nodes',
        '-subj',
        `/CN=${name}`,
        '-keyout',
        at('one.key'),
        '-out',
        at('one.csr'),
      );
      openssl(
        'ca',
        '-batch',
        '-config',
        at('ca.cnf'),
        '-in',
        at('one.csr'),
        '-out',
        at('one.pem'),
        '-extfile',
        at('san'),
        '-notext',
        '-startdate',
        stamp(from),
        '-enddate',
        stamp(to),
      );
      return { key: readFileSync(at('one.key'), 'utf8'), cert: readFileSync(at('one.pem'), 'utf8') };
    },
    remove: () => rmSync(home, { recursive: true, force: true }),
  };
}
