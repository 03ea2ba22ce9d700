import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { GreenlightError } from '../../contract/errors.ts';

const run = promisify(execFile);

/** Address below which releases of k6 lie, for networks that reach only a mirror. The sum is checked all the same. */
export const K6_RELEASES_ENV = 'GREENLIGHT_K6_RELEASES';
const RELEASES = 'https://github.com/grafana/k6/releases/download';
const DOWNLOAD_MS = 300_000;

/** An archive of a release: its name, and the SHA-256 that k6's own list of sums gives it. */
export interface K6Archive {
  readonly name: string;
  readonly sha256: string;
  /** The program in it. */
  readonly program: string;
}

/** By `process.platform` and `process.arch`; of the same version as the one that is built. */
const SUMS: Readonly<Record<string, readonly [suffix: string, sha256: string]>> = {
  'linux-x64': ['linux-amd64.tar.gz', 'b5a8003c86f35f5cd5ceef1490312c48e587696c94d998cefc6d7b3b4cb1597d'],
  'linux-arm64': ['linux-arm64.tar.gz', '4ecd64cadcc792402d16293836115480419c4447c032858f564852d98f1bf54c'],
  'darwin-x64': ['macos-amd64.zip', '45a08590511c8a6a9c6331645e60c41624924e848e29472e87c60ac956d50372'],
  'darwin-arm64': ['macos-arm64.zip', '37a028506bf13578de66c906296803775df28cc2504b1a8c5d786b2803e757c7'],
};

/** The archive of a version for a platform; undefined where none with a known sum is. */
export function k6Archive(version: string, platform: string): K6Archive | undefined {
  const [suffix, sha256] = SUMS[platform] ?? [];
  if (suffix === undefined || sha256 === undefined) return undefined;
  const name = `k6-v${version}-${suffix}`;
  return { name, sha256, program: `${name.replace(/\.(tar\.gz|zip)$/, '')}/k6` };
}

/**
 * Downloads an archive of k6 and unpacks it into a directory, which is the caller's to remove. Nothing of it is unpacked,
 * much less run, before its sum is the known one.
 * @returns the path of the program
 * @throws GreenlightError K6_UNAVAILABLE without an answer, or with another sum
 */
export async function unpackRelease(order: {
  readonly archive: K6Archive;
  readonly version: string;
  readonly directory: string;
  readonly env: NodeJS.ProcessEnv;
  readonly signal: AbortSignal;
}): Promise<string> {
  const { archive, version, directory, env, signal } = order;
  const origin = (env[K6_RELEASES_ENV] || RELEASES).replace(/\/+$/, '');
  const address = `${origin}/v${version}/${archive.name}`;
  const bytes = await download(address, signal);
  const sum = createHash('sha256').update(bytes).digest('hex');
  if (sum !== archive.sha256) {
    throw new GreenlightError(
      'K6_UNAVAILABLE',
      `${address} is not the k6 that was released: its SHA-256 is ${sum}, not ${archive.sha256}`,
      { hint: `Nothing was unpacked. Look at what answers there (${K6_RELEASES_ENV}, proxies).` },
    );
  }
  const file = path.join(directory, archive.name);
  writeFileSync(file, bytes);
  // The tar of macOS knows zip archives, too; those for Linux are none.
  await run('tar', ['-xf', file, '-C', directory], { signal });
  return path.join(directory, archive.program);
}

async function download(address: string, signal: AbortSignal): Promise<Buffer> {
  try {
    const response = await fetch(address, {
      signal: AbortSignal.any([signal, AbortSignal.timeout(DOWNLOAD_MS)]),
    });
    if (response.ok) return Buffer.from(await response.arrayBuffer());
    throw new GreenlightError('K6_UNAVAILABLE', `${address} answered ${response.status}`);
  } catch (cause) {
    if (cause instanceof GreenlightError || signal.aborted) throw cause;
    const reason =
      cause instanceof Error && cause.cause instanceof Error ? cause.cause.message : String(cause);
    throw new GreenlightError('K6_UNAVAILABLE', `k6 could not be fetched from ${address}: ${reason}`, {
      cause,
    });
  }
}
