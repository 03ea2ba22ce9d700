import { randomBytes } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { access, chmod, mkdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import { dirname, join, normalize, sep } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';
import { brotliDecompress, createBrotliDecompress } from 'node:zlib';
import { packageDirectory } from '../host/find-playwright.ts';
import { versionIn } from '../host/package-root.ts';
import { markScratch, removeDeadScratch, unmarkScratch } from '../safety/scratch-directory.ts';

const inflate = promisify(brotliDecompress);

/** An unpacked browser of the package @sparticuz/chromium. */
export interface BundledBrowser {
  readonly path: string;
  /** Environment for a system that has the libraries; names fonts where the system has no font set-up. */
  readonly fontsOnly: Readonly<Record<string, string>>;
  /** Environment for a system without NSS, NSPR and expat. */
  readonly withLibraries: Readonly<Record<string, string>>;
}

/**
 * Unpacks the browser of @sparticuz/chromium into our own cache, once per version. Not with the package's own
 * function: that one unpacks to a fixed place under the temporary directory, which belongs to whoever came first, and
 * takes an interrupted unpacking for a finished one.
 */
export async function unpackBundledBrowser(
  env: NodeJS.ProcessEnv = process.env,
): Promise<BundledBrowser | { readonly problem: string }> {
  if (process.platform !== 'linux' || process.arch !== 'x64')
    return { problem: 'it is for Linux on x64 only' };
  const directory = packageDirectory('@sparticuz/chromium', import.meta.filename);
  if (directory === undefined) return { problem: 'the package is not installed' };
  const problems: string[] = [];
  for (const cache of cacheDirectories(env)) {
    const home = join(cache, `chromium-${versionIn(directory)}`);
    try {
      await mkdir(cache, { recursive: true, mode: 0o700 });
      await refuseForeign(cache);
      if (!(await exists(home))) await unpack(join(directory, 'bin'), home);
      return await describe(home);
    } catch (error) {
      problems.push(`${home}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  return { problem: `it could not be unpacked: ${problems.join('; ')}` };
}

/** A home that does not exist or can't be written to is common in containers; the temporary directory is next. */
function cacheDirectories(env: NodeJS.ProcessEnv): string[] {
  const base = env['XDG_CACHE_HOME'] || join(env['HOME'] || homedir(), '.cache');
  const temporary = env['TMPDIR'] || tmpdir();
  return [join(base, 'greenlight'), join(temporary, `greenlight-${process.getuid?.() ?? 0}`)];
}

/** What lies under the temporary directory may be someone else's, and a program from there would run as us. */
async function refuseForeign(directory: string): Promise<void> {
  const { uid, mode } = await stat(directory);
  const own = process.getuid?.() ?? uid;
  if (uid !== own && uid !== 0) throw new Error('belongs to another user');
  if ((mode & 0o022) !== 0) throw new Error('can be written to by others');
}

async function unpack(archives: string, home: string): Promise<void> {
  // What unpackings that were killed have left: 200 MB each.
  removeDeadScratch(dirname(home), (name) => /^chromium-.*\.[0-9a-f]{8}$/.test(name));
  const draft = `${home}.${process.pid}.${randomBytes(4).toString('hex')}`;
  try {
    await mkdir(draft, { mode: 0o755 });
    markScratch(draft);
    await pipeline(
      createReadStream(join(archives, 'chromium.br')),
      createBrotliDecompress(),
      createWriteStream(join(draft, 'chromium'), { mode: 0o755 }),
    );
    for (const [archive, place] of [
      ['swiftshader.tar.br', '.'],
      ['fonts.tar.br', 'fonts'],
      ['al2023.tar.br', 'libraries'],
    ] as const) {
      await extractTar(await inflate(await readFile(join(archives, archive))), join(draft, place));
    }
    await writeFontConfig(join(draft, 'fonts'), join(home, 'fonts'));
    unmarkScratch(draft);
    // Appears whole or not at all. Another process may have been first: then its copy is as good as ours.
    await rename(draft, home).catch(async (error: unknown) => {
      if (!(await exists(home))) throw error;
    });
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
}

/** The font set-up in the archive names folders of AWS Lambda; ours names the folder where the fonts will be. */
async function writeFontConfig(draft: string, final: string): Promise<void> {
  const lines = [
    '<?xml version="1.0"?>',
    '<!DOCTYPE fontconfig SYSTEM "fonts.dtd">',
    `<fontconfig><dir>${final}</dir><cachedir>${join(final, 'cache')}</cachedir></fontconfig>`,
  ];
  await writeFile(join(draft, 'fonts.conf'), `${lines.join('\n')}\n`);
}

async function describe(home: string): Promise<BundledBrowser> {
  const fonts: Record<string, string> = (await exists('/etc/fonts/fonts.conf'))
    ? {}
    : { FONTCONFIG_PATH: join(home, 'fonts') };
  return {
    path: join(home, 'chromium'),
    fontsOnly: fonts,
    withLibraries: { ...fonts, LD_LIBRARY_PATH: join(home, 'libraries', 'lib') },
  };
}

const BLOCK = 512;

/** Extracts plain files from a ustar archive: the archives hold nothing else, and a reader of it is twenty lines. */
async function extractTar(archive: Buffer, directory: string): Promise<void> {
  for (let at = 0; at + BLOCK <= archive.length;) {
    const header = archive.subarray(at, at + BLOCK);
    const field = (from: number, length: number): string =>
      header.toString('latin1', from, from + length).split('\0')[0] ?? '';
    const name = [field(345, 155), field(0, 100)].filter((part) => part !== '').join('/');
    if (name === '') return;
    const size = parseInt(field(124, 12).trim() || '0', 8);
    const type = field(156, 1);
    if (type === '0' || type === '') {
      const file = normalize(join(directory, name));
      if (!file.startsWith(normalize(directory) + sep)) throw new Error(`${name} leaves the folder`);
      await mkdir(dirname(file), { recursive: true });
      await writeFile(file, archive.subarray(at + BLOCK, at + BLOCK + size));
      await chmod(file, parseInt(field(100, 8).trim() || '644', 8) & 0o755);
    }
    at += BLOCK + Math.ceil(size / BLOCK) * BLOCK;
  }
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
