import { spawnSync } from 'node:child_process';
import { findParts } from '../run/doctor/parts.ts';
import { installK6 } from '../run/doctor/install-k6.ts';
import { onPath } from '../host/process-group.ts';

/** Debian packages that bring a part. */
const PACKAGES: Readonly<Record<string, string>> = {
  'Redis server': 'redis-server',
  browser: 'chromium-headless-shell',
};

/** Programs with which documents are tried as a reader would; the Debian package of each has its name. */
const PROGRAMS = ['curl', 'jq', 'openssl'];

/**
 * Gets the programs that the tests need where that is possible without asking: Debian packages for root, k6 built
 * or fetched. GREENLIGHT_NO_INSTALL keeps it from installing anything. What is still missing is named; tests that need it say
 * so themselves.
 */
export async function provideParts(say: (line: string) => void): Promise<void> {
  const before = await missing();
  if (!process.env['GREENLIGHT_NO_INSTALL']) {
    installPackages(
      [
        ...before.flatMap((name) => PACKAGES[name] ?? []),
        ...PROGRAMS.filter((name) => !onPath(name, process.env)),
      ],
      say,
    );
    if (before.includes('k6')) await installSomeK6(say);
  }
  const programs = PROGRAMS.filter((name) => !onPath(name, process.env));
  for (const name of [...(await missing()), ...programs]) say(`missing: ${name}`);
}

/** Only k6, which takes longest: `.ci/run` begins it while Debian packages are still coming. */
export async function provideK6(say: (line: string) => void): Promise<void> {
  if (!process.env['GREENLIGHT_NO_INSTALL'] && (await missing()).includes('k6')) await installSomeK6(say);
}

async function missing(): Promise<readonly string[]> {
  return (await findParts(process.cwd(), process.env)).filter((part) => !part.found).map((part) => part.name);
}

async function installSomeK6(say: (line: string) => void): Promise<void> {
  await installK6(process.env, say, new AbortController().signal).catch((error: unknown) =>
    say(error instanceof Error ? error.message : String(error)),
  );
}

function installPackages(packages: readonly string[], say: (line: string) => void): void {
  if (packages.length === 0 || process.getuid?.() !== 0 || !onPath('apt-get', process.env)) return;
  say(`installing ${packages.join(', ')}`);
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  for (const args of [
    ['update', '-qq'],
    ['install', '-qq', '-y', '--no-install-recommends', ...packages],
  ]) {
    const { status, stderr } = spawnSync('apt-get', args, { env, encoding: 'utf8' });
    if (status !== 0) say(`apt-get ${args[0]} ended with ${status}: ${stderr.trim().split('\n').at(-1)}`);
  }
}
