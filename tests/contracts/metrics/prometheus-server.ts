import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import http from 'node:http';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { MetricsPort } from '../../../contract/ports/metrics.ts';

/** Why there is no Prometheus here; undefined when there is one. */
export function prometheusMissing(
  program: 'prometheus' | 'promtool' | 'prometheus-alertmanager' = 'prometheus',
): string | undefined {
  try {
    execFileSync(program, ['--version'], { stdio: 'ignore' });
    return undefined;
  } catch {
    return `${program} is not installed (Debian: apt-get install ${program.replace('promtool', 'prometheus')})`;
  }
}

/** A target that exports what the test says; `undefined` means that it refuses the scrape. */
export interface Exporter {
  readonly address: string;
  text: (scrape: number) => string | undefined;
  close(): Promise<void>;
}

export async function startExporter(text: Exporter['text']): Promise<Exporter> {
  let scrape = 0;
  const server = http.createServer((_request, response) => {
    scrape += 1;
    const answer = exporter.text(scrape);
    if (answer === undefined) response.writeHead(500).end();
    else response.writeHead(200, { 'content-type': 'text/plain; version=0.0.4' }).end(answer);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const exporter: Exporter = {
    address: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    text,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return exporter;
}

export interface RunningPrometheus {
  readonly url: string;
  close(): Promise<void>;
}

/** A real Prometheus that scrapes each job once a second, with the rule file and further settings that are given. */
export async function startPrometheus(
  jobs: Readonly<Record<string, string>>,
  rules?: string,
  more: object = {},
): Promise<RunningPrometheus> {
  const directory = await mkdtemp(join(tmpdir(), 'greenlight-prometheus-'));
  if (rules !== undefined) await writeFile(join(directory, 'rules.yml'), rules);
  const config = {
    rule_files: rules === undefined ? [] : [join(directory, 'rules.yml')],
    global: { scrape_interval: '1s', scrape_timeout: '1s' },
    scrape_configs: Object.entries(jobs).map(([name, address]) => ({
      job_name: name,
      static_configs: [{ targets: [address] }],
    })),
    ...more,
  };
  await writeFile(join(directory, 'prometheus.yml'), JSON.stringify(config));
  const port = await freePort();
  const child: ChildProcess = spawn(
    'prometheus',
    [
      `--config.file=${join(directory, 'prometheus.yml')}`,
      `--storage.tsdb.path=${join(directory, 'data')}`,
      `--web.listen-address=127.0.0.1:${port}`,
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
      (response) => response.ok,
      () => false,
    );
    if (ready) return { url, close };
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  await close();
  throw new Error('Prometheus did not become ready');
}

/**
 * Waits until each of these jobs answered every scrape of so many seconds.
 * @returns that moment, in Unix seconds: what is asked as of it does not depend on how long the machine takes meanwhile
 */
export async function moment(
  store: MetricsPort,
  { seconds, whole }: { readonly seconds: number; readonly whole: readonly string[] },
): Promise<number> {
  const up = `up{job=~"${whole.join('|')}"}[${seconds}s]`;
  for (;;) {
    const now = await store.now();
    const ask = async (query: string): Promise<number> =>
      (await store.instant(query, now)).samples[0]?.value ?? 0;
    const scrapes = await ask(`min(count_over_time(${up}))`);
    if (scrapes >= seconds - 1 && (await ask(`min(min_over_time(${up}))`)) === 1) return now;
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
}

/** A port of this machine that was free a moment ago. */
export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
