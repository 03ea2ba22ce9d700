import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, copyFileSync, cpSync, existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import type { OptionalPackage } from '../host/optional-packages.ts';
import { versionIn } from '../host/package-root.ts';

/**
 * Runs the tests that show what Greenlight needs of a package with other versions of it, in a scratch copy:
 *
 *     npm run test:playwright -- --version 1.63.0
 *     npm run test:client -- ioredis@5.0.0 stripe@18.0.0
 *
 * `--tests <path>`, given again for more, runs these instead of all that the package is for.
 * What passes for the lowest and the highest version is the range in package.json; that of Playwright is in
 * host/find-playwright.ts, too.
 */
const ROOT = path.resolve(import.meta.dirname, '..');
const PLAYWRIGHT = '@playwright/test';

const TESTS: Readonly<Record<OptionalPackage | typeof PLAYWRIGHT, readonly string[]>> = {
  // What a session sees, classifies, redacts and records; stages that wait; page steps; the installed run.
  [PLAYWRIGHT]: [
    'tests/runner/recorder',
    'tests/runner/checks',
    'tests/runner/suites',
    'tests/runner/safety/redactor-reporter.test.ts',
    'tests/e2e/cli/stages.test.ts',
    'tests/e2e/cli/run.test.ts',
  ],
  stripe: ['tests/contracts/payments', 'tests/contracts/webhooks'],
  imapflow: ['tests/contracts/mailbox'],
  'postal-mime': ['tests/contracts/mailbox'],
  'smtp-server': ['tests/e2e/cli/sink.test.ts'],
  nodemailer: ['tests/contracts/notify/smtp.test.ts'],
  ioredis: [
    'tests/contracts/data-checks/redis.test.ts',
    'tests/contracts/demo/redis.test.ts',
    'tests/contracts/state/queue-probe.test.ts',
  ],
  mysql2: [
    'tests/contracts/data-checks/mariadb',
    'tests/contracts/state/sql-rows.test.ts',
    'tests/unit/data-checks/mysql-values.test.ts',
  ],
  '@aws-sdk/client-cloudwatch': ['tests/unit/slo'],
  '@azure/identity': ['tests/unit/slo/sources/azure-token.isolated.test.ts'],
  '@aws-sdk/client-dynamodb': ['tests/unit/suites/dynamodb.test.ts'],
  '@aws-sdk/client-s3': ['tests/contracts/state/backup.test.ts'],
  '@aws-sdk/client-codedeploy': ['tests/contracts/publisher'],
  '@modelcontextprotocol/sdk': ['tests/unit/suites/mcp-probe.test.ts'],
  lighthouse: ['tests/contracts/page/lighthouse.test.ts'],
  esbuild: ['tests/contracts/load-engine/samples.test.ts', 'tests/contracts/load-engine/k6-operator.test.ts'],
  '@sparticuz/chromium': ['tests/runner/suites/browser.test.ts'],
  'allure-playwright': ['tests/contracts/publisher', 'tests/runner/safety/redactor-reporter.test.ts'],
  'allure-commandline': ['tests/contracts/publisher'],
};

const { values, positionals } = parseArgs({
  options: { version: { type: 'string' }, tests: { type: 'string', multiple: true } },
  allowPositionals: true,
});
const wanted = [
  ...(values.version === undefined ? [] : [`${PLAYWRIGHT}@${values.version}`]),
  ...positionals,
].map(parsed);
if (wanted.length === 0) usage('nothing is named');
process.exitCode = tryVersions(wanted);

interface Wanted {
  readonly name: keyof typeof TESTS;
  readonly version: string;
}

function parsed(text: string): Wanted {
  const [, name = '', version = ''] = /^(@?[^@]+)@(\d+\.\d+\.\d+(?:-[\w.]+)?)$/.exec(text) ?? [];
  if (!Object.hasOwn(TESTS, name))
    return usage(`${text} is none of ${Object.keys(TESTS).join(', ')} with an exact version`);
  return { name: name as keyof typeof TESTS, version };
}

function usage(problem: string): never {
  console.error(
    `${problem}\nnpm run test:playwright -- --version 1.63.0\nnpm run test:client -- ioredis@5.0.0 stripe@18.0.0`,
  );
  process.exit(64);
}

function tryVersions(wanted: readonly Wanted[]): number {
  const scratch = mkdtempSync(path.join(tmpdir(), 'greenlight-versions-'));
  // Ctrl-C reaches the child, which ends; the copy goes all the same.
  process.on('SIGINT', () => undefined);
  try {
    // PostgreSQL refuses root, and as nobody it must be able to enter.
    chmodSync(scratch, 0o755);
    copyProject(scratch);
    // Built before: the types of other versions differ, and users do not compile us.
    const build = "import build from './tests/built.ts'; build();";
    execFileSync(process.execPath, ['--import', 'tsx', '--input-type=module', '--eval', build], {
      cwd: scratch,
      stdio: ['ignore', 'inherit', 'inherit'],
    });
    const named = wanted.map(({ name, version }) => `${name}@${version}`);
    // The range is what is being found out.
    const options = ['--no-save', '--legacy-peer-deps', '--prefer-offline', '--no-audit', '--no-fund'];
    execFileSync('npm', ['install', ...options, ...named], {
      cwd: scratch,
      stdio: ['ignore', 'ignore', 'inherit'],
      env: { ...process.env, PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD: '1' },
    });
    wanted.forEach((one) => mustBeThere(one, scratch));
    const tests = values.tests ?? [...new Set(wanted.flatMap(({ name }) => TESTS[name]))];
    console.error(`With ${named.join(' ')}: ${tests.join(' ')}`);
    const vitest = path.join(scratch, 'node_modules', 'vitest', 'vitest.mjs');
    const { status } = spawnSync(process.execPath, [vitest, 'run', ...tests], {
      cwd: scratch,
      stdio: 'inherit',
    });
    return status ?? 1;
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

/** The files that belong to the project, as they are now, and what is installed. */
function copyProject(scratch: string): void {
  const listed = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], {
    cwd: ROOT,
    encoding: 'utf8',
    maxBuffer: 1 << 26,
  });
  for (const file of listed.split('\0').filter((file) => file !== '' && existsSync(path.join(ROOT, file)))) {
    mkdirSync(path.dirname(path.join(scratch, file)), { recursive: true });
    copyFileSync(path.join(ROOT, file), path.join(scratch, file));
  }
  const modules = path.join(ROOT, 'node_modules');
  cpSync(modules, path.join(scratch, 'node_modules'), {
    recursive: true,
    verbatimSymlinks: true,
    filter: (file) => !file.startsWith(path.join(modules, '.cache')),
  });
}

/** npm may have kept another copy of a part: then the tests would tell about that one. */
function mustBeThere({ name, version }: Wanted, scratch: string): void {
  for (const part of name === PLAYWRIGHT ? [PLAYWRIGHT, 'playwright', 'playwright-core'] : [name]) {
    const found = versionIn(path.join(scratch, 'node_modules', part));
    if (found !== version) throw new Error(`${part} is ${found}, not ${version}`);
  }
}
