import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { stringify } from 'yaml';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { dashboard } from '../../../contract/export/dashboard.ts';
import { exposition } from '../../../contract/export/exposition.ts';
import { runRulesOf } from '../../../contract/export/run-rules.ts';
import { parsePlan } from '../../../contract/plan/plan.ts';
import { exportRun } from '../../../export/export-run.ts';
import { createPost } from '../../../host/post.ts';
import { checkRecord, runRecord } from '../../history/run-record.ts';
import {
  freePort,
  prometheusMissing,
  type RunningPrometheus,
  startExporter,
  startPrometheus,
} from '../metrics/prometheus-server.ts';

const missing = prometheusMissing('promtool');
if (missing !== undefined) console.warn(`\nSKIPPED: exported metrics and rules: ${missing}\n`);

const NOW = (): string => new Date().toISOString();
const ODD = 'a "shop" \\ in {Köln}';

function plan(target: string) {
  return parsePlan({
    target: { name: target, urls: { app: 'http://127.0.0.1:1' } },
    probes: [
      {
        kind: 'endpoints',
        id: 'checkout-works',
        title: 'A "customer" can buy',
        phases: ['synthetic'],
        paths: ['/'],
        owner: 'Ada',
      },
    ],
    notify: {
      channels: {},
      routes: [{ to: [] }],
      checks: { 'checkout-works': { level: 'P1', kind: 'money', nextStep: 'Call {{ Ada }}.' } },
    },
  });
}

const record = (outcome: 'pass' | 'fail' | 'unknown', target = 'shop') =>
  runRecord({ target, startedAt: NOW(), endedAt: NOW(), checks: [checkRecord({ outcome, measured: 3 })] });

describe.skipIf(missing !== undefined)('what is exported', () => {
  test.each(['shop', ODD])('metrics and rules of %s are what promtool takes', (target) => {
    const directory = mkdtempSync(path.join(tmpdir(), 'greenlight-promtool-'));
    try {
      execFileSync('promtool', ['check', 'metrics'], { input: exposition([record('fail', target)]) });
      const file = path.join(directory, 'rules.yml');
      writeFileSync(file, stringify(runRulesOf(plan(target), 'synthetic', 300)));
      expect(execFileSync('promtool', ['check', 'rules', file], { encoding: 'utf8' })).toContain(
        'rules found',
      );
    } finally {
      rmSync(directory, { recursive: true, force: true });
    }
  });

  test('rules fire when they should and not otherwise, over hours', () => {
    const directory = mkdtempSync(path.join(tmpdir(), 'greenlight-promtool-'));
    try {
      writeFileSync(path.join(directory, 'rules.yml'), stringify(runRulesOf(plan('shop'), 'synthetic', 300)));
      const of = 'target="shop",phase="synthetic",location="default"';
      const check = `greenlight_check_outcome{${of},check="checkout-works",severity="blocking",outcome=`;
      // A sample a minute: each result stands for five of them.
      const series = (name: string, results: readonly number[]): object => ({
        series: name,
        values: results.map((value) => `${value}x4`).join(' '),
      });
      // By the clock of the rules, which begins at 0: ended a minute before the sample, and for ever the same from 60 m on.
      const newest = `0+60x60 ${'3600 '.repeat(60)}`;
      const absent = (time: string): object => ({ eval_time: time, alertname: 'GreenlightNobodyLooks' });
      const labels = {
        target: 'shop',
        phase: 'synthetic',
        check: 'checkout-works',
        severity: 'critical',
        level: 'P1',
        kind: 'money',
      };
      const annotations = {
        summary: 'shop: checkout-works is broken',
        description: 'A "customer" can buy: 2 of the last 3 runs saw it fail.',
        owner: 'Ada',
        next_step: 'Call {{ Ada }}.',
      };
      const broken = { exp_labels: labels, exp_annotations: annotations };
      const late = {
        exp_labels: { target: 'shop', severity: 'critical', level: 'P2', kind: 'blind' },
        exp_annotations: {
          summary: 'nobody looks at shop',
          description:
            'No run has ended for more than 660 s, or none is known: is the schedule on, and does its machine run?',
        },
      };
      const tests = [
        {
          interval: '1m',
          input_series: [
            // One failure alone at 10 m, two in a row from 30 m on.
            series(`${check}"fail"}`, [0, 0, 1, 0, 0, 0, 1, 1, 1, 0, 0, 0]),
            { series: `greenlight_run_timestamp_seconds{${of}}`, values: newest },
          ],
          alert_rule_test: [
            { eval_time: '12m', alertname: 'GreenlightCheckBroken', exp_alerts: [] },
            { eval_time: '38m', alertname: 'GreenlightCheckBroken', exp_alerts: [broken] },
            { eval_time: '59m', alertname: 'GreenlightCheckBroken', exp_alerts: [] },
            { ...absent('65m'), exp_alerts: [] },
            { ...absent('80m'), exp_alerts: [late] },
          ],
        },
        { interval: '1m', input_series: [], alert_rule_test: [{ ...absent('5m'), exp_alerts: [late] }] },
      ];
      const file = path.join(directory, 'test.yml');
      writeFileSync(
        file,
        stringify(
          { rule_files: ['rules.yml'], evaluation_interval: '1m', tests },
          { aliasDuplicateObjects: false },
        ),
      );
      expect(
        execFileSync('promtool', ['test', 'rules', file], { encoding: 'utf8', cwd: directory }),
      ).toContain('SUCCESS');
    } finally {
      rmSync(directory, { recursive: true, force: true });
    }
  });

  describe('to a real Prometheus', () => {
    let prometheus: RunningPrometheus;
    let exporter: Awaited<ReturnType<typeof startExporter>>;
    beforeAll(async () => {
      exporter = await startExporter(() => exposition([record('fail')]));
      prometheus = await startPrometheus({ node: exporter.address });
    });
    afterAll(async () => {
      await prometheus.close();
      await exporter.close();
    });

    const ask = async (
      query: string,
    ): Promise<readonly { metric: Record<string, string>; value: [number, string] }[]> => {
      const answer = await fetch(`${prometheus.url}/api/v1/query?query=${encodeURIComponent(query)}`);
      const body = (await answer.json()) as { status: string; error?: string; data?: { result: [] } };
      if (body.status !== 'success') throw new Error(`${query}: ${body.error ?? ''}`);
      return body.data?.result ?? [];
    };

    test('every panel of the dashboard has data', async () => {
      while ((await ask('greenlight_run_timestamp_seconds')).length === 0)
        await new Promise((resolve) => setTimeout(resolve, 200));
      const { panels } = dashboard('shop') as {
        panels: readonly { title: string; targets: readonly { expr: string }[] }[];
      };
      const empty: string[] = [];
      for (const { title, targets } of panels) {
        const query = (targets[0]?.expr ?? '')
          .replaceAll('$target', 'shop')
          .replaceAll('$phase', 'synthetic')
          .replaceAll('$__range', '1h');
        // The record has no steps.
        if ((await ask(query)).length === 0 && !title.includes('steps')) empty.push(title);
      }
      expect(empty).toEqual([]);
    });
  });
});

const gateway = pushgatewayMissing();
if (gateway !== undefined) console.warn(`\nSKIPPED: the Pushgateway: ${gateway}\n`);

function pushgatewayMissing(): string | undefined {
  try {
    execFileSync('prometheus-pushgateway', ['--version'], { stdio: 'ignore' });
    return undefined;
  } catch {
    return 'prometheus-pushgateway is not installed (Debian: apt-get install prometheus-pushgateway)';
  }
}

describe.skipIf(gateway !== undefined)('a real Pushgateway', () => {
  let url: string;
  let stop: () => Promise<void>;
  beforeAll(async () => {
    const port = await freePort();
    const child = spawn('prometheus-pushgateway', [`--web.listen-address=127.0.0.1:${port}`], {
      stdio: 'ignore',
    });
    const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
    url = `http://127.0.0.1:${port}`;
    stop = async () => {
      child.kill('SIGKILL');
      await ended;
    };
    const ready = (): Promise<boolean> =>
      fetch(`${url}/-/ready`).then(
        (answer) => answer.ok,
        () => false,
      );
    while (!(await ready())) await new Promise((resolve) => setTimeout(resolve, 100));
  });
  afterAll(() => stop());

  test('has what the newest run of each place says, and its age', async () => {
    const push = (run: ReturnType<typeof record>): Promise<readonly string[]> =>
      exportRun(
        { to: { pushgateway: { url, headers: {} } }, folder: '/', env: {}, post: createPost() },
        run,
        [],
      );
    expect(await push(record('fail', ODD))).toEqual([]);
    expect(await push({ ...record('pass', ODD), location: 'fra' })).toEqual([]);
    expect(
      await push({ ...record('pass', ODD), checks: [checkRecord({ id: 'another', outcome: 'pass' })] }),
    ).toEqual([]);
    const text = await (await fetch(`${url}/metrics`)).text();
    const outcomes = text
      .split('\n')
      .filter((line) => line.startsWith('greenlight_check_outcome') && line.endsWith(' 1'));
    expect(
      outcomes.map((line) => [/check="([\w-]+)"/.exec(line)?.[1], /location="(\w+)"/.exec(line)?.[1]]).sort(),
    ).toEqual([
      ['another', 'default'],
      ['checkout-works', 'fra'],
    ]);
    expect(text).toMatch(/^push_time_seconds\{/m);
    expect(text).toMatch(/^greenlight_run_timestamp_seconds\{/m);
  });

  test('that is not there is said, without its address', async () => {
    const to = { pushgateway: { url: 'http://u:hunter22@127.0.0.1:9', headers: {} } };
    const problems = await exportRun(
      { to, folder: '/', env: {}, post: createPost(() => Promise.resolve()) },
      record('pass'),
      [],
    );
    expect(problems.join()).toMatch(/^Pushgateway: /);
    expect(problems.join()).not.toContain('hunter22');
  });
});
