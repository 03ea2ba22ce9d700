import { execFile } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { promisify } from 'node:util';
import { freePort } from '../../demo/parts/free-port.ts';
import { startProgram } from '../../demo/parts/supervise.ts';
import { untilReady } from '../../demo/parts/until-ready.ts';

const run = promisify(execFile);

/** One series: what it is at a moment, in seconds since the start of the stand-in; before it, the past. */
export interface Series {
  readonly metric: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly type: 'counter' | 'gauge';
  readonly value: (seconds: number) => number;
}

export interface MonitoringStack {
  /** Of the Prometheus that runs now. */
  readonly url: () => string;
  /** Starts anew, with another past, and other rules where some are given. */
  replace(series: readonly Series[], rules?: object): Promise<void>;
  close(): Promise<void>;
}

const SCRAPE_S = 15;
const PAST_S = 900;
const JOB = 'ils';

/** Whose past it is, and how much of it. */
interface Past {
  /** The label `job` of all series; default `ils`. */
  readonly job?: string;
  /** Seconds; default 900. */
  readonly pastS?: number;
}

/**
 * A real Prometheus that scrapes an exporter of its own. What the exporter tells is made up, and so is its past: levels
 * look back on minutes, which nobody would wait for here.
 * @param directory of its own; made when it is missing
 */
export async function startMonitoring(
  options: Past & {
    readonly directory: string;
    readonly series: readonly Series[];
    /** A file of alert rules. */
    readonly rules: object;
    readonly signal: AbortSignal;
  },
): Promise<MonitoringStack> {
  let starts = 0;
  const start = async (
    series: readonly Series[],
    rules: object,
  ): Promise<{ url: string; close: () => Promise<void> }> => {
    starts += 1;
    const startedAt = Date.now() / 1000;
    const exporter = await startExporter(() => exposition(series, Date.now() / 1000 - startedAt));
    try {
      const directory = path.join(options.directory, String(starts));
      const server = await startPrometheus({
        ...options,
        directory,
        series,
        rules,
        startedAt,
        target: exporter.address,
      });
      return { url: server.url, close: async () => void (await server.close(), await exporter.close()) };
    } catch (error) {
      await exporter.close();
      throw error;
    }
  };
  let running = await start(options.series, options.rules);
  return {
    url: () => running.url,
    replace: async (series, rules = options.rules) => {
      await running.close();
      running = await start(series, rules);
    },
    close: () => running.close(),
  };
}

async function startPrometheus(
  options: Past & {
    readonly directory: string;
    readonly series: readonly Series[];
    readonly startedAt: number;
    readonly target: string;
    readonly rules: object;
    readonly signal: AbortSignal;
  },
): Promise<{ readonly url: string; close(): Promise<void> }> {
  const { directory, series, startedAt, target, rules, signal, job = JOB, pastS = PAST_S } = options;
  const at = (name: string): string => path.join(directory, name);
  await mkdir(directory, { recursive: true });
  await writeFile(at('past.txt'), openMetrics(series, { startedAt, instance: target, job, pastS }));
  await run('promtool', ['tsdb', 'create-blocks-from', 'openmetrics', at('past.txt'), at('data')]);
  await writeFile(at('rules.yml'), JSON.stringify(rules));
  await writeFile(
    at('prometheus.yml'),
    JSON.stringify({
      rule_files: [at('rules.yml')],
      global: { scrape_interval: `${SCRAPE_S}s`, evaluation_interval: `${SCRAPE_S}s` },
      scrape_configs: [{ job_name: job, static_configs: [{ targets: [target] }] }],
    }),
  );
  const port = await freePort();
  const process = await startProgram({
    name: 'prometheus',
    directory,
    signal,
    command: 'prometheus',
    args: [
      `--config.file=${at('prometheus.yml')}`,
      `--storage.tsdb.path=${at('data')}`,
      `--web.listen-address=127.0.0.1:${port}`,
      '--log.level=warn',
    ],
  });
  const url = `http://127.0.0.1:${port}`;
  await untilReady(
    process,
    async () => {
      const answer = await fetch(`${url}/-/ready`);
      if (!answer.ok) throw new Error(`answered ${answer.status}`);
    },
    { withinMs: 30_000, signal },
  );
  return { url, close: () => process.stop() };
}

async function startExporter(
  text: () => string,
): Promise<{ readonly address: string; close(): Promise<void> }> {
  const server = createServer((_request, response) => {
    response.writeHead(200, { 'content-type': 'text/plain; version=0.0.4' }).end(text());
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  return {
    address: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

const selector = (metric: string, labels: Readonly<Record<string, string>>): string =>
  `${metric}{${Object.entries(labels)
    .map(([name, value]) => `${name}="${value}"`)
    .join(',')}}`;

/** What a scrape gets now. */
function exposition(series: readonly Series[], seconds: number): string {
  return families(series)
    .flatMap(([family, type, members]) => [
      `# TYPE ${family} ${type}`,
      ...members.map(({ metric, labels = {}, value }) => `${selector(metric, labels)} ${value(seconds)}`),
    ])
    .concat('')
    .join('\n');
}

/** The past, as the text that promtool makes blocks of: each series in the order of time, with the labels of a scrape. */
function openMetrics(
  series: readonly Series[],
  past: Required<Past> & { readonly startedAt: number; readonly instance: string },
): string {
  const { startedAt, instance, job, pastS } = past;
  const all: readonly Series[] = [...series, { metric: 'up', type: 'gauge', value: () => 1 }];
  const lines = families(all).flatMap(([family, type, members]) => [
    `# TYPE ${family.replace(/_total$/, '')} ${type}`,
    ...members.flatMap(({ metric, labels = {}, value }) => {
      const name = selector(metric, { ...labels, job, instance });
      const samples: string[] = [];
      for (let at = -pastS; at <= 0; at += SCRAPE_S)
        samples.push(`${name} ${value(at)} ${(startedAt + at).toFixed(3)}`);
      return samples;
    }),
  ]);
  return [...lines, '# EOF', ''].join('\n');
}

type Family = readonly [name: string, type: string, members: readonly Series[]];

function families(series: readonly Series[]): readonly Family[] {
  const found = new Map<string, Series[]>();
  for (const one of series) {
    const family = one.metric.replace(/_bucket$/, '');
    found.set(family, [...(found.get(family) ?? []), one]);
  }
  return [...found].map(([name, members]) => {
    const isHistogram = members.some(({ metric }) => metric.endsWith('_bucket'));
    return [name, isHistogram ? 'histogram' : (members[0]?.type ?? 'gauge'), members];
  });
}
