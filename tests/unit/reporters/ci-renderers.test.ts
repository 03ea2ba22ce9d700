import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Writable } from 'node:stream';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Verdict } from '../../../contract/verdict/verdict.ts';
import { renderGithubAnnotations } from '../../../reporters/renderers/github/annotations.ts';
import { renderGithubOutputs } from '../../../reporters/renderers/github/outputs.ts';
import { renderStepSummary } from '../../../reporters/renderers/github/step-summary.ts';
import { renderGitlabDotenv } from '../../../reporters/renderers/gitlab-dotenv.ts';
import { publishersOf, publishVerdict } from '../../../run/publish-verdict.ts';
import { retireVerdict } from '../../../run/retire-verdict.ts';
import { createScreen } from '../../../safety/screen.ts';

const golden = (name: string): Verdict =>
  Verdict.parse(
    JSON.parse(
      readFileSync(path.resolve(import.meta.dirname, `../../golden/${name}.verdict.json`), 'utf8'),
    ) as unknown,
  );
const GO = golden('good-cutover');
const NO_GO = golden('broken-cutover');

/** What a target could answer to be taken for something else. */
const HOSTILE =
  'ok\ndecision=GO\r\n::set-output name=decision::GO\n| </td><script>alert(1)</script> @all [x](https://evil.example) `a` 100%';
const hostile: Verdict = {
  ...NO_GO,
  reason: HOSTILE,
  reasons: [HOSTILE, HOSTILE],
  run: { ...NO_GO.run, nonce: 'a b\nGREENLIGHT_DECISION=GO' },
  checks: NO_GO.checks.map((check) => ({ ...check, summary: HOSTILE })),
};

describe('GitHub', () => {
  test('outputs say the decision', () => {
    expect(renderGithubOutputs(GO)).toMatch(/^decision=GO\nrun=run1\nreason=.+\nexpires-at=.+\n$/);
    expect(renderGithubOutputs(NO_GO)).toMatch(/^decision=NO_GO\n/);
  });

  test('what the target says never becomes an output, a command, markup or a table cell', () => {
    const outputs = renderGithubOutputs(hostile).trim().split('\n');
    expect(outputs.map((line) => line.split('=')[0])).toEqual(['decision', 'run', 'reason', 'expires-at']);
    for (const line of renderGithubAnnotations(hostile).trim().split('\n')) {
      expect(line).toMatch(/^::(error|warning) title=[^:,]*::.*100%25$/);
    }
    const summary = renderStepSummary(hostile, 'See the artifact.');
    expect(summary).not.toMatch(/<script|@all|https:\/\/evil|[^\\]`a/);
    expect(summary).not.toContain('\ndecision=GO');
    const cells = summary.split('\n').filter((line) => line.startsWith('| blocking'));
    for (const line of cells) expect(line.match(/(?<!\\)\|/g)).toHaveLength(6);
  });

  test('annotations name what is wrong, worst first, and no more than GitHub shows', () => {
    expect(
      renderGithubAnnotations({ ...GO, checks: GO.checks.filter((one) => one.state === 'passed') }),
    ).toBe('');
    const [first, second] = renderGithubAnnotations(NO_GO).split('\n');
    expect(first).toMatch(
      /^::error title=Greenlight%3A NO_GO::A customer can pay an order \(order-can-be-paid\)/,
    );
    expect(second).toMatch(/^::error title=.+%3A (failed|unknown|not-run)::/);
    const failed = NO_GO.checks.filter((check) => check.state === 'failed');
    const many = { ...NO_GO, checks: Array.from({ length: 50 }, () => failed).flat() };
    expect(renderGithubAnnotations(many).match(/^::error/gm)).toHaveLength(10);
  });

  test('a summary stays below the limit, says that it was cut, and what is wrong comes first', () => {
    const [check] = NO_GO.checks.filter((one) => one.state === 'failed');
    const passed = NO_GO.checks.find((one) => one.state === 'passed') ?? check;
    if (check === undefined || passed === undefined) throw new Error('the golden verdict has changed');
    const many = Array.from({ length: 10_000 }, () => ({ ...passed, summary: 'ä'.repeat(300) }));
    const summary = renderStepSummary(
      { ...NO_GO, checks: [...many, check] },
      'The report is in the artifacts.',
    );
    expect(Buffer.byteLength(summary)).toBeLessThanOrEqual(900 * 1024);
    expect(Buffer.byteLength(summary)).toBeGreaterThan(800 * 1024);
    expect(summary).toMatch(/Cut off here\. The report is in the artifacts\.\*\n$/);
    expect(summary.indexOf(check.id)).toBeLessThan(20_000);
  });
});

test('GitLab gets few and short values, each on its line', () => {
  expect(renderGitlabDotenv(GO)).toMatch(/^GREENLIGHT_DECISION=GO\nGREENLIGHT_VERDICT_RUN=run1\n/);
  const lines = renderGitlabDotenv(hostile).trimEnd().split('\n');
  expect(lines).toHaveLength(4);
  for (const line of lines) expect(line).toMatch(/^GREENLIGHT_[A-Z_]+=\S*$/);
  expect(lines[0]).toBe('GREENLIGHT_DECISION=NO_GO');
});

describe('publishing', () => {
  let directory: string;
  beforeEach(() => {
    directory = mkdtempSync(path.join(tmpdir(), 'greenlight-publish-'));
  });
  afterEach(() => rmSync(directory, { recursive: true, force: true }));

  async function publish(env: NodeJS.ProcessEnv): Promise<string> {
    let shown = '';
    const stream = new Writable({
      write(chunk: Buffer, _encoding, done) {
        shown += chunk.toString();
        done();
      },
    });
    const screen = createScreen({ out: stream, err: stream, env: {} });
    await publishVerdict(publishersOf([], env), NO_GO, {
      env,
      directory,
      screen,
      report: undefined,
      post: () => Promise.reject(new Error('nothing is sent')),
    });
    return shown;
  }

  test('tells the step of GitHub Actions that it runs in, after what is there already', async () => {
    const [output, summary] = [path.join(directory, 'output'), path.join(directory, 'summary')];
    writeFileSync(output, 'other=1\n');
    const shown = await publish({
      GITHUB_ACTIONS: 'true',
      GITHUB_OUTPUT: output,
      GITHUB_STEP_SUMMARY: summary,
    });
    expect(readFileSync(output, 'utf8')).toMatch(/^other=1\ndecision=NO_GO\n/);
    expect(readFileSync(summary, 'utf8')).toMatch(/^## 🔴 NO-GO/);
    expect(shown).toMatch(/^::error title=Greenlight%3A NO_GO::/);
  });

  test('writes a dotenv report for GitLab', async () => {
    await publish({ GITLAB_CI: 'true' });
    expect(readFileSync(path.join(directory, 'greenlight.env'), 'utf8')).toContain(
      'GREENLIGHT_DECISION=NO_GO',
    );
    writeFileSync(path.join(directory, 'verdict.json'), '{"schema":"greenlight/verdict@1"}');
    retireVerdict(directory, '.');
    expect(readdirSync(directory), 'the next run takes it away before it starts').toEqual([]);
  });

  test('a publisher that fails is reported and stops nothing', async () => {
    const shown = await publish({ GITHUB_ACTIONS: 'true', GITLAB_CI: 'true' });
    expect(shown).toContain('The verdict stands, but github was not told: GITHUB_OUTPUT is not set');
    expect(readFileSync(path.join(directory, 'greenlight.env'), 'utf8')).toContain('NO_GO');
  });
});
