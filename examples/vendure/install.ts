import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';

/** Runs `npm ci` in a folder unless its lock file has been installed already. @throws Error with the end of npm's output */
export async function installOnDemand(
  folder: string,
  progress: (line: string) => void,
  signal: AbortSignal,
): Promise<void> {
  const lock = createHash('sha256')
    .update(await readFile(path.join(folder, 'package-lock.json')))
    .digest('hex');
  // Written last, so that an install that was cut off is not taken for a whole one.
  const stamp = path.join(folder, 'node_modules', '.installed');
  if (existsSync(stamp) && (await readFile(stamp, 'utf8')) === lock) return;
  const { description } = JSON.parse(await readFile(path.join(folder, 'package.json'), 'utf8')) as {
    description: string;
  };
  progress(`installing ${description} (about 40 s)`);
  const npm = spawn('npm', ['ci', '--no-audit', '--no-fund'], {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'pipe'],
    signal,
  });
  let output = '';
  for (const stream of [npm.stdout, npm.stderr])
    stream.on('data', (chunk: Buffer) => (output = (output + chunk.toString()).slice(-4000)));
  const code = await new Promise<number | null>((resolve, reject) => {
    npm.once('error', reject);
    npm.once('close', resolve);
  });
  if (code !== 0) throw new Error(`npm ci in ${folder} ended with ${code}:\n${output}`);
  await writeFile(stamp, lock);
}
