import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from './prometheus-server.ts';

/** A real Alertmanager with the configuration that is given. */
export async function startAlertmanager(
  config: object,
): Promise<{ readonly url: string; readonly close: () => Promise<void> }> {
  const directory = await mkdtemp(join(tmpdir(), 'greenlight-alertmanager-'));
  const port = await freePort();
  await writeFile(join(directory, 'alertmanager.yml'), JSON.stringify(config));
  const child = spawn(
    'prometheus-alertmanager',
    [
      `--config.file=${join(directory, 'alertmanager.yml')}`,
      `--storage.path=${join(directory, 'data')}`,
      `--web.listen-address=127.0.0.1:${port}`,
      '--cluster.listen-address=',
      '--log.level=error',
    ],
    { stdio: 'ignore' },
  );
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const url = `http://127.0.0.1:${port}`;
  const close = async (): Promise<void> => {
    child.kill('SIGKILL');
    await ended;
    await rm(directory, { recursive: true, force: true });
  };
  while (child.exitCode === null && child.signalCode === null) {
    const ready = await fetch(`${url}/-/ready`).then(
      ({ ok }) => ok,
      () => false,
    );
    if (ready) return { url, close };
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  await close();
  throw new Error('Alertmanager did not become ready');
}
