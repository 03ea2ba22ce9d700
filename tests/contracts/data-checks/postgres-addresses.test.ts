import { execFileSync } from 'node:child_process';
import { chmodSync, chownSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openSession } from '../../../data-checks/postgres/session.ts';
import { hasVersion, startCluster, type TestCluster } from '../../postgres-cluster.ts';
import { greenlight } from './greenlight-command.ts';

/** The one with TLS for certain; the npm binary's is not ours to choose. */
const debian = await hasVersion('debian');

describe.skipIf(!debian)('addresses of a PostgreSQL with TLS and a socket (Debian: postgresql-15)', () => {
  let directory: string;
  let cluster: TestCluster;
  const file = (name: string): string => path.join(directory, name);
  const openssl = (...args: string[]): void => void execFileSync('openssl', args, { stdio: 'ignore' });

  /** An authority, and what it signed for `localhost` and for the role `certified`. */
  function certificates(): void {
    const request = ['req', '-newkey', 'rsa:2048', '-nodes'];
    for (const authority of ['ca', 'stranger']) {
      openssl(
        ...[...request, '-x509', '-days', '30', '-subj', `/CN=${authority}`],
        ...['-keyout', file(`${authority}.key`), '-out', file(`${authority}.pem`)],
      );
    }
    for (const [name, subject] of [
      ['server', 'localhost'],
      ['client', 'certified'],
    ] as const) {
      writeFileSync(file(`${name}.ext`), `subjectAltName = DNS:${subject}\n`);
      openssl(
        ...[...request, '-subj', `/CN=${subject}`],
        ...['-keyout', file(`${name}.key`), '-out', file(`${name}.csr`)],
      );
      openssl(
        ...['x509', '-req', '-days', '30', '-in', file(`${name}.csr`), '-out', file(`${name}.pem`)],
        ...['-CA', file('ca.pem'), '-CAkey', file('ca.key'), '-CAcreateserial'],
        ...['-extfile', file(`${name}.ext`)],
      );
    }
    chmodSync(file('server.key'), 0o600);
    if (process.getuid?.() === 0) chownSync(file('server.key'), 65534, 65534);
  }

  beforeAll(async () => {
    directory = mkdtempSync(path.join(tmpdir(), 'greenlight-tls-'));
    chmodSync(directory, 0o777);
    certificates();
    writeFileSync(
      file('hba'),
      'local all all trust\nhostssl all certified all cert\nhostssl all tlsonly all trust\n' +
        'host all tlsonly all reject\nhost all all all trust\n',
    );
    cluster = await startCluster('debian', [
      'ssl=on',
      `ssl_cert_file=${file('server.pem')}`,
      `ssl_key_file=${file('server.key')}`,
      `ssl_ca_file=${file('ca.pem')}`,
      `hba_file=${file('hba')}`,
      `unix_socket_directories=${directory}`,
      'listen_addresses=localhost,127.0.0.1',
    ]);
    await cluster.database('shop', 'create table t(id int primary key); insert into t values (1), (2)');
    await cluster.database('moved', 'create table t(id int primary key); insert into t values (1), (2)');
    await cluster.run('shop', 'create role certified login superuser; create role tlsonly login superuser');
  });
  afterAll(async () => {
    await cluster?.stop();
    rmSync(directory, { recursive: true, force: true });
  });

  /** `host` and `query` of the address; whether the session is one with TLS, or why there is none. */
  async function session(host: string, query: string, user = 'app'): Promise<boolean | string> {
    const { port } = new URL(cluster.url());
    const options = query.replaceAll('{dir}', directory);
    const url = `postgres://${user}@${host === '' ? '' : `${host}:${port}`}/shop?port=${port}&${options}`;
    try {
      const open = await openSession({ url, statementTimeoutMs: 10_000 });
      const { rows } = await open.client.query<{ ssl: boolean }>(
        'select ssl from pg_stat_ssl where pid = pg_backend_pid()',
      );
      await open.close();
      return rows[0]?.ssl ?? 'nothing is known';
    } catch (error) {
      return error instanceof Error ? error.message : String(error);
    }
  }

  const ours = 'sslrootcert={dir}/ca.pem';
  test.each<[string, string, boolean | RegExp]>([
    ['127.0.0.1', '', false],
    ['127.0.0.1', 'sslmode=disable', false],
    ['localhost', `sslmode=verify-full&${ours}`, true],
    ['localhost', `sslmode=verify-ca&${ours}`, true],
    ['localhost', `sslmode=require&${ours}`, true],
    ['127.0.0.1', `sslmode=verify-full&${ours}`, /not in the cert/],
    ['127.0.0.1', `sslmode=verify-ca&${ours}`, /not in the cert/],
    ['localhost', 'sslmode=verify-full', /certificate/],
    ['localhost', 'sslmode=require', /certificate/],
    ['localhost', 'sslmode=verify-full&sslrootcert={dir}/stranger.pem', /certificate/],
    ['localhost', 'sslmode=verify-full&sslrootcert={dir}/none.pem', /ENOENT.*none\.pem/],
    ['127.0.0.1', 'sslmode=no-verify', true],
    ['127.0.0.1', 'uselibpqcompat=true&sslmode=require', true],
    ['127.0.0.1', `uselibpqcompat=true&sslmode=verify-ca&${ours}`, true],
    ['localhost', 'uselibpqcompat=true&sslmode=verify-ca&sslrootcert={dir}/stranger.pem', /certificate/],
    ['127.0.0.1', `uselibpqcompat=true&sslmode=verify-full&${ours}`, /not in the cert/],
    ['', 'host={dir}', false],
    ['', 'host={dir}&sslmode=verify-full', /does not support SSL/],
  ])('%s with %s', async (host, query, expected) => {
    const found = await session(host, query);
    if (expected instanceof RegExp) expect(found).toMatch(expected);
    else expect(found).toBe(expected);
  });

  test('a role that must come with TLS, or with a certificate of its own', async () => {
    expect(await session('localhost', '', 'tlsonly')).toMatch(/pg_hba\.conf rejects|no pg_hba\.conf entry/);
    expect(await session('localhost', `sslmode=verify-full&${ours}`, 'tlsonly')).toBe(true);
    const mine = 'sslcert={dir}/client.pem&sslkey={dir}/client.key';
    expect(await session('localhost', `sslmode=verify-full&${ours}&${mine}`, 'certified')).toBe(true);
    expect(await session('localhost', `sslmode=verify-full&${ours}`, 'certified')).toMatch(/certificate/);
  });

  test('two databases are compared over TLS and over the socket; an authority that is not trusted ends with 20', async () => {
    const { port } = new URL(cluster.url());
    const tls = (name: string, ca = 'ca'): string =>
      `postgres://app@localhost:${port}/${name}?sslmode=verify-full&sslrootcert=${file(`${ca}.pem`)}`;
    const socket = (name: string): string => `postgres://app@/${name}?host=${directory}&port=${port}`;
    for (const [old, next] of [
      [tls('shop'), tls('moved')],
      [socket('shop'), tls('moved')],
      [socket('shop'), socket('moved')],
    ] as const) {
      const end = await greenlight('data', 'diff', '--old', old, '--new', next);
      expect(end.code, end.err).toBe(0);
      expect(end.out).toMatch(/public\.t +equal +2 +2/);
    }
    const end = await greenlight('data', 'diff', '--old', tls('shop'), '--new', tls('moved', 'stranger'));
    expect(end.code).toBe(20);
    expect(end.err).toMatch(/The new database could not be read: .*certificate/);
  });
});
