import { execFile } from 'node:child_process';
import { chmod, mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** A repository with the scripts that the document calls, as small as they can be. */
export interface RepositoryStandIn {
  readonly directory: string;
  readonly commit: string;
  /** What `npm run db:status` prints. */
  setMigrations(status: { readonly pending: readonly string[]; readonly applied: number }): Promise<void>;
  /** Whether the integration tests fail. */
  setTests(fail: boolean): Promise<void>;
  /** A commit after the tag. */
  commitAfterTag(): Promise<void>;
  removeLastCommit(): Promise<void>;
}

const VERIFY = (ca: string): string => `#!/bin/sh
# verify-deployment.sh <environment> <base URL>: a stand-in of the script that the document calls.
set -eu
base="$2"
body=$(curl --silent --show-error --fail --max-time 10 --cacert '${ca}' "$base/health")
case "$body" in
  # Degraded it may be: the laboratory is another's.
  *'"database":"ok","cache":"ok"'*) echo "$1: $base is healthy" ;;
  *) echo "$1: $base is not healthy: $body"; exit 1 ;;
esac
`;

const SMOKE = (ca: string): string => `#!/bin/sh
# smoke-tests.sh <base URL>: a stand-in of the script that the document calls.
set -eu
for path in / /login /api/catalogue; do
  curl --silent --show-error --fail --output /dev/null --max-time 10 --cacert '${ca}' "$1$path"
  echo "ok $path"
done
`;

const suite = (fail: boolean): string => `
const { mkdirSync, writeFileSync } = require('node:fs');
const tests = ['patients', 'orders', 'reports', 'sessions'].map((name) => ({ name, status: 'passed', duration: 5 }));
if (${fail}) tests[1].status = 'failed';
const count = (status) => tests.filter((test) => test.status === status).length;
const now = Date.now();
mkdirSync('test-results', { recursive: true });
writeFileSync('test-results/integration.ctrf.json', JSON.stringify({
  reportFormat: 'CTRF', specVersion: '0.0.0',
  results: { tool: { name: 'stand-in' }, summary: { tests: tests.length, passed: count('passed'), failed: count('failed'),
    pending: 0, skipped: 0, other: 0, start: now, stop: now }, tests } }));
process.exitCode = ${fail} ? 1 : 0;
`;

/** Writes the repository, commits and tags it. @param ca file of the CA that its scripts trust */
export async function createRepository(
  directory: string,
  ca: string,
  tag: string,
): Promise<RepositoryStandIn> {
  const file = (name: string): string => path.join(directory, name);
  const git = (...args: string[]) =>
    run('git', ['-c', 'user.name=stand-in', '-c', 'user.email=stand-in@example.com', ...args], {
      cwd: directory,
    });
  const program = async (name: string, text: string): Promise<void> => {
    await mkdir(path.dirname(file(name)), { recursive: true });
    await writeFile(file(name), text);
    await chmod(file(name), 0o755);
  };
  await program('scripts/production-readiness/verify-deployment.sh', VERIFY(ca));
  await program('scripts/production-readiness/smoke-tests.sh', SMOKE(ca));
  await writeFile(
    file('package.json'),
    JSON.stringify({
      name: 'ils',
      private: true,
      scripts: {
        'production:check': 'node -e "console.log(\'ready\')"',
        'test:integration': 'node suite.cjs',
        'db:status': 'cat migrations.json',
      },
    }),
  );
  await git('init', '--quiet', '--initial-branch', 'main');
  await git('add', '--all');
  await git('commit', '--quiet', '--message', 'Release 1.0.0');
  await git('tag', tag);
  const { stdout } = await git('rev-parse', 'HEAD');
  const repository: RepositoryStandIn = {
    directory,
    commit: stdout.trim(),
    setMigrations: (status) => writeFile(file('migrations.json'), JSON.stringify(status)),
    setTests: (fail) => writeFile(file('suite.cjs'), suite(fail)),
    commitAfterTag: async () =>
      void (await git('commit', '--quiet', '--allow-empty', '--message', 'One more thing')),
    removeLastCommit: async () => void (await git('reset', '--quiet', '--hard', tag)),
  };
  await repository.setMigrations({ pending: [], applied: 12 });
  await repository.setTests(false);
  return repository;
}
