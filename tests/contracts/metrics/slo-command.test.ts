import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { createPrometheus } from '../../../slo/sources/prometheus.ts';
import { runCommandLine } from '../../../scripts/program.ts';
import { createScreen } from '../../../safety/screen.ts';
import {
  type Exporter,
  moment,
  prometheusMissing,
  type RunningPrometheus,
  startExporter,
  startPrometheus,
} from './prometheus-server.ts';

const missing = prometheusMissing();
if (missing !== undefined) console.warn(`\nSKIPPED: greenlight slo: ${missing}\n`);

const SECRET = 'metrics-token-51b7';
const WINDOW_S = 8;
/** From a scrape on, every second request fails. */
const text = (scrape: number, share: number, from = Infinity): string => {
  const failed = Math.round(scrape * 10 * share) + Math.max(0, scrape - from) * 5;
  const codes = [['200', scrape * 10 - failed] as const, ['500', failed] as const];
  return codes.map(([code, count]) => `http_requests_total{code="${code}"} ${count}\n`).join('');
};

/** The moment of all questions, once it is known: no window of eight seconds passes while other tests run. */
const clock = vi.hoisted((): { asOf?: number } => ({}));
vi.mock(import('../../../slo/sources/prometheus.ts'), async (original) => {
  const real = await original();
  return {
    ...real,
    createPrometheus: (options) => {
      const store = real.createPrometheus(options);
      return { ...store, now: () => (clock.asOf === undefined ? store.now() : Promise.resolve(clock.asOf)) };
    },
  };
});

let directory: string;
let exporters: Exporter[] = [];
let prometheus: RunningPrometheus;

interface PlanOf {
  readonly jobs: readonly string[];
  readonly policy?: object;
  readonly more?: object;
  /** Of the section itself. */
  readonly slo?: object;
}

/** One level for each job: at most 5 % errors. */
function planText({ jobs, policy = {}, more = {}, slo: given = {} }: PlanOf, url: string): string {
  const objectives = jobs.map((job) => ({
    id: `${job}-errors-are-few`,
    title: 'Errors are few',
    kind: 'error-rate',
    bad: `http_requests_total{job="${job}",code=~"5.."}`,
    total: `http_requests_total{job="${job}"}`,
    windowS: WINDOW_S,
    minimumEvents: 20,
    atMost: { critical: 0.05 },
    ...more,
  }));
  const slo = {
    source: {
      adapter: 'prometheus',
      url,
      headers: { authorization: { secret: 'METRICS_TOKEN' } },
    },
    up: `up{job="${jobs[0] ?? ''}"}`,
    scrapeS: 1,
    objectives,
    ...given,
  };
  const plan = { target: { name: 'shop', urls: { app: 'http://127.0.0.1:9' } }, slo, policy };
  return `export default ${JSON.stringify(plan)};`;
}

async function commandLine(args: readonly string[], env: NodeJS.ProcessEnv = { METRICS_TOKEN: SECRET }) {
  const said = { out: '', err: '' };
  const stream = (key: keyof typeof said): Writable =>
    new Writable({
      write(chunk: Buffer, _encoding, done) {
        said[key] += chunk.toString();
        done();
      },
    });
  const screen = createScreen({ out: stream('out'), err: stream('err'), env });
  const interrupted = new AbortController().signal;
  const code = await runCommandLine(args, { screen, env, cwd: directory, interrupted });
  return { code, ...said };
}

let plans = 0;
function writePlan(given: PlanOf, url = prometheus.url): string {
  const file = join(directory, `plan-${(plans += 1)}.mjs`);
  writeFileSync(file, planText(given, url));
  return file;
}

describe.skipIf(missing !== undefined)('greenlight slo', () => {
  beforeAll(async () => {
    directory = mkdtempSync(join(tmpdir(), 'greenlight-slo-'));
    const jobs = { healthy: 0, breaching: 0.2, worsening: 0 };
    exporters = await Promise.all(
      Object.entries(jobs).map(([job, share]) =>
        startExporter((scrape) => text(scrape, share, job === 'worsening' ? WINDOW_S + 2 : Infinity)),
      ),
    );
    const all = writePlan({ jobs: ['healthy', 'breaching'] }, 'http://127.0.0.1:9');
    const rules = await commandLine(['slo', 'export', '--prometheus', '--config', all]);
    expect(rules).toMatchObject({ code: 0, err: '' });
    const addresses = Object.keys(jobs).map((job, index) => [job, exporters[index]?.address ?? ''] as const);
    prometheus = await startPrometheus(Object.fromEntries(addresses), rules.out);
    const metrics = createPrometheus({ url: prometheus.url, headers: {} });
    clock.asOf = await moment(metrics, { seconds: 2 * WINDOW_S + 4, whole: Object.keys(jobs) });
  });
  afterAll(async () => {
    await prometheus?.close();
    await Promise.all(exporters.map((exporter) => exporter.close()));
    rmSync(directory, { recursive: true, force: true });
  });

  test('levels that hold end with 0', async () => {
    const { code, out } = await commandLine(['slo', '--config', writePlan({ jobs: ['healthy'] })]);
    expect(code).toBe(0);
    expect(out).toMatch(/healthy-errors-are-few +holds +0 +<= 0\.05/);
  });

  test('one that is broken ends with 10, whatever the others say', async () => {
    const file = writePlan({ jobs: ['healthy', 'breaching', 'nowhere'] });
    const { code, out } = await commandLine(['slo', '--config', file, '--json']);
    expect(code).toBe(10);
    expect(JSON.parse(out)).toMatchObject({
      schema: 'greenlight/slo@1',
      target: 'shop',
      levels: [
        { severity: 'blocking', finding: { outcome: 'pass' } },
        { finding: { outcome: 'fail', cause: 'error-rate', measured: 0.2 } },
        { finding: { outcome: 'unknown' } },
      ],
    });
    expect(out).not.toContain(SECRET);
  });

  test('later minutes are held against the first ones after the cut-over', async () => {
    const metrics = createPrometheus({ url: prometheus.url, headers: {} });
    const first = await metrics.instant('min(min_over_time(timestamp(up)[1h:1s]))', await metrics.now());
    const cutover = new Date((first.samples[0]?.value ?? NaN) * 1000 + 1000).toISOString();
    const levels = (verb: string, file: string, ...args: readonly string[]) =>
      commandLine(['baseline', 'levels', verb, '--config', file, '--file', 'levels.json', ...args]);
    const since = ['--cutover', cutover, '--within', `${WINDOW_S}s`, '--replace'];

    const healthy = writePlan({ jobs: ['healthy'] });
    const saved = await levels('save', healthy, ...since);
    expect(saved.code, saved.err + saved.out).toBe(0);
    expect(saved.out).toContain('healthy-errors-are-few (error-rate): 0 % of');
    const same = await levels('compare', healthy, '--margin', '0.2');
    expect(same.code, same.err + same.out).toBe(0);
    // So few events exclude no difference that is so small.
    expect((await levels('compare', healthy, '--margin', '0.001')).code).toBe(20);

    const worsening = writePlan({ jobs: ['worsening'] });
    const good = await levels('save', worsening, ...since);
    expect(good.code, good.err + good.out).toBe(0);
    const worse = await levels('compare', worsening, '--margin', '0.1', '--json');
    expect(worse.code, worse.err + worse.out).toBe(10);
    expect(JSON.parse(worse.out)).toMatchObject({ outcome: 'fail', answers: [{ outcome: 'fail' }] });
    expect((await levels('compare', healthy)).out).toContain('the plan has no such level any more');

    // What was broken, is not over, or was edited is no norm.
    const broken = await levels('save', writePlan({ jobs: ['breaching'] }), ...since);
    expect(broken.code).toBe(20);
    expect(broken.err).toContain('it did not hold');
    const soon = await levels('save', healthy, '--cutover', new Date().toISOString(), '--replace');
    expect(soon.err).toContain('not over yet');
    const file = join(directory, 'levels.json');
    writeFileSync(file, readFileSync(file, 'utf8').replace('"bad": 0', '"bad": 9'));
    const edited = await levels('compare', worsening);
    expect(edited.code).toBe(20);
    expect(edited.err).toContain('was edited');
    expect((await levels('save', healthy, '--cutover', 'yesterday')).code).toBe(64);
  });

  test('what nobody can tell ends with 20', async () => {
    const { code, out } = await commandLine(['slo', '--config', writePlan({ jobs: ['healthy', 'nowhere'] })]);
    expect(code).toBe(20);
    expect(out).toContain('unknown');
    const silent = writePlan({ jobs: ['healthy'] }, 'http://127.0.0.1:9');
    expect((await commandLine(['slo', '--config', silent])).code).toBe(20);
    const few = { default: { sampleFloors: { 'healthy-errors-are-few': 100_000 } } };
    expect((await commandLine(['slo', '--config', writePlan({ jobs: ['healthy'], policy: few })])).code).toBe(
      20,
    );
  });

  test('an advisory level decides nothing, and nothing decided is not GO', async () => {
    const policy = { default: { advisory: ['breaching-errors-are-few'] } };
    const both = await commandLine([
      'slo',
      '--config',
      writePlan({ jobs: ['healthy', 'breaching'], policy }),
    ]);
    expect(both.code).toBe(0);
    expect(both.out).toContain('BROKEN (advisory)');
    const alone = await commandLine(['slo', '--config', writePlan({ jobs: ['breaching'], policy })]);
    expect(alone.code).toBe(20);
  });

  test('a waived level decides nothing until the last day of its waiver', async () => {
    const until = (day: string) => ({
      default: { waivers: [{ check: 'breaching-errors-are-few', reason: 'known', owner: 'Bo', until: day }] },
    });
    const jobs = ['healthy', 'breaching'];
    const waived = await commandLine(['slo', '--config', writePlan({ jobs, policy: until('2099-01-01') })]);
    expect(waived.code, waived.out).toBe(0);
    expect(waived.out).toContain('BROKEN (waived until 2099-01-01)');
    const over = await commandLine(['slo', '--config', writePlan({ jobs, policy: until('2020-01-01') })]);
    expect(over.code, over.out).toBe(10);
  });

  test('bad usage ends with 64 and touches nothing', async () => {
    const file = writePlan({ jobs: ['healthy'] });
    expect(await commandLine(['slo', '--config', file, '--phase', 'watch'])).toMatchObject({
      code: 64,
      out: '',
    });
    expect(await commandLine(['slo', '--config', file], {})).toMatchObject({ code: 64, out: '' });
    expect(await commandLine(['slo', 'export', '--config', file])).toMatchObject({ code: 64, out: '' });
    const none = join(directory, 'none.mjs');
    writeFileSync(none, planText({ jobs: ['healthy'] }, 'http://127.0.0.1:9').replace('"slo"', '"_slo"'));
    expect((await commandLine(['slo', '--config', none])).code).toBe(64);
  });

  test('the exported rules, loaded there, measure the same and fire', async () => {
    const metrics = createPrometheus({ url: prometheus.url, headers: {} });
    const ask = async (query: string) => (await metrics.instant(query, await metrics.now())).samples;
    expect(await ask('greenlight:slo:share{slo="breaching-errors-are-few"}')).toMatchObject([
      { value: expect.closeTo(0.2, 9) as number },
    ]);
    const firing = await ask('ALERTS{alertstate="firing"}');
    expect(firing.map(({ labels }) => [labels['severity'], labels['slo']])).toEqual([
      ['critical', 'breaching-errors-are-few'],
    ]);
  });

  test('whether the rules are loaded there is told rule by rule', async () => {
    const check = (given: PlanOf, url?: string) =>
      commandLine(['slo', 'rules', '--check', '--config', writePlan(given, url)]);
    const jobs = ['healthy', 'breaching'];
    expect(await check({ jobs })).toMatchObject({
      code: 0,
      out: '10 of 10 rules are loaded and evaluated\n',
    });
    const stricter = await check({ jobs, more: { atMost: { critical: 0.04 } } });
    expect(stricter.code).toBe(20);
    expect(stricter.out).toMatch(/other +greenlight-healthy-errors-are-few: GreenlightSloBreached/);
    // The threshold stands in two rules of each level: what is certain enough to tell, and what is told.
    expect(stricter.out).toContain('6 of 10 rules');
    expect(await check({ jobs, more: { forS: 60 } })).toMatchObject({
      code: 20,
      out: expect.stringContaining('it waits for 0 s instead of 60 s') as string,
    });
    const seldom = await check({ jobs, slo: { scrapeS: 2 } });
    expect(seldom).toMatchObject({
      code: 20,
      out: expect.stringContaining('it is evaluated every 1 s instead of 2 s') as string,
    });
    const more = await check({ jobs: [...jobs, 'third'] });
    expect(more.code).toBe(20);
    expect(more.out).toMatch(/missing +greenlight-third-errors-are-few/);
    expect((await check({ jobs }, 'http://127.0.0.1:9')).code).toBe(20);
    const file = writePlan({ jobs });
    expect(await commandLine(['slo', 'rules', '--config', file])).toMatchObject({ code: 64, out: '' });
  });
});
