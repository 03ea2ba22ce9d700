/**
 * The upgrade of a real Vendure shop, end to end: installs 3.5.7 and 3.7.3 on demand, takes orders on the old one,
 * copies its database, starts the new one on the copy, and lets `greenlight run` verify the cut-over.
 *
 *   npm run example:vendure                            # GO
 *   npm run example:vendure -- --fault rows-deleted    # NO_GO: payments-preserved
 *   npm run example:vendure -- --fault mail-refused    # NO_GO: verification-mail-arrives
 */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { EXIT } from '../../contract/exit-codes.ts';
import { installOnDemand } from './install.ts';
import { startScene, type Scene } from './scene.ts';

const HERE = import.meta.dirname;
const ROOT = path.resolve(HERE, '../..');
const FAULTS = ['rows-deleted', 'mail-refused'] as const;
type Fault = (typeof FAULTS)[number];

const usage = `Usage: npm run example:vendure -- [--fault ${FAULTS.join('|')}] [--keep] [--output <directory>]`;

function options(): { fault: Fault | undefined; keep: boolean; output: string } {
  const { values } = parseArgs({
    options: {
      fault: { type: 'string' },
      keep: { type: 'boolean', default: false },
      output: { type: 'string', default: 'greenlight-report' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    console.log(usage);
    process.exit(EXIT.GO);
  }
  const fault = FAULTS.find((name) => name === values.fault);
  if (values.fault !== undefined && fault === undefined) throw new Error(`unknown fault "${values.fault}"`);
  return { fault, keep: values.keep, output: values.output };
}

function greenlight(scene: Scene, output: string, signal: AbortSignal): Promise<number> {
  const args = [
    'run',
    '--config',
    path.join(HERE, 'greenlight.config.ts'),
    '--playwright',
    path.join(ROOT, 'playwright.config.ts'),
    '--output',
    output,
    '--state',
    path.join(scene.directory, 'state'),
  ];
  const child = spawn(
    process.execPath,
    ['--import', 'tsx', path.join(ROOT, 'scripts/greenlight.ts'), ...args],
    {
      cwd: ROOT,
      env: { ...process.env, ...scene.env },
      stdio: 'inherit',
    },
  );
  signal.addEventListener('abort', () => child.kill('SIGINT'), { once: true });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code) => resolve(code ?? EXIT.INCONCLUSIVE));
  });
}

async function main(): Promise<number> {
  const { fault, keep, output } = options();
  const started = Date.now();
  const progress = (line: string): void =>
    console.error(`[${((Date.now() - started) / 1000).toFixed(1).padStart(5)} s] ${line}`);
  const stop = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(name, () => stop.abort());
  const directory = await mkdtemp(path.join(tmpdir(), 'greenlight-vendure-'));
  await chmod(directory, 0o755);
  try {
    for (const version of ['old', 'new'])
      await installOnDemand(path.join(HERE, version), progress, stop.signal);
    const scene = await startScene({ directory, fault, progress, signal: stop.signal });
    try {
      progress('verifying');
      const code = await greenlight(scene, output, stop.signal);
      if (keep && !stop.signal.aborted) {
        progress(
          `shop-api on ${scene.env['VENDURE_URL']}/shop-api, mails on ${scene.env['VENDURE_MAIL_URL']}; Ctrl-C ends it`,
        );
        await new Promise((resolve) => stop.signal.addEventListener('abort', resolve, { once: true }));
      }
      return code;
    } finally {
      await scene.close();
    }
  } catch (error) {
    if (stop.signal.aborted) return EXIT.INTERRUPTED;
    throw error;
  } finally {
    if (existsSync(directory)) await rm(directory, { recursive: true, force: true });
  }
}

main().then(
  (code) => process.exit(code),
  (error: unknown) => {
    console.error(error instanceof Error ? error.message : error, `\n${usage}`);
    process.exit(EXIT.USAGE);
  },
);
