import { readFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Evidence } from '../../../contract/evidence/evidence.ts';
import { Verdict } from '../../../contract/verdict/verdict.ts';
import {
  type CliProject,
  cliProject,
  greenlight,
  planSource,
  probe,
  startTarget,
  type Target,
} from '../project.ts';

let target: Target;
let project: CliProject;
beforeEach(async () => {
  target = await startTarget();
  project = cliProject(
    target.url,
    `probes: [${probe('pages-answer')}], flows: [flow('home-is-not-empty', { title: 'The home page is not empty' })
       .request('open', { request: () => ({ method: 'GET', path: '/home' }),
         expect: ({ body }) => [holds('not empty', String(body) !== '', String(body).length, '> 0')] })]`,
  );
});
afterEach(async () => {
  project.remove();
  await target.close();
});

function verdict(): Verdict {
  return Verdict.parse(JSON.parse(report('verdict.json')));
}

function report(name: string): string {
  return readFileSync(path.join(project.directory, 'greenlight-report', name), 'utf8');
}

describe('greenlight run', () => {
  test('answers GO with 0, writes the whole report, and can be judged again', async () => {
    const end = await greenlight(project.directory, ['run', '--json', '--nonce', 'question-7']);
    expect(end.code, end.err).toBe(0);
    expect(JSON.parse(end.out)).toEqual(verdict());
    expect(verdict()).toMatchObject({
      decision: 'GO',
      run: { nonce: 'question-7', phase: 'post-cutover' },
      checks: [{ id: 'target-answers' }, { id: 'pages-answer' }, { id: 'home-is-not-empty' }],
    });
    expect(report('index.html')).toContain('GO');
    expect(report('junit.xml')).toContain('home-is-not-empty');
    // Progress is for people, results are for machines.
    expect(end.err).toContain('✓ home-is-not-empty');

    const evidence = 'greenlight-report/evidence.json';
    const again = await greenlight(project.directory, [
      'judge',
      evidence,
      '--config',
      'greenlight.config.mjs',
      '--json',
    ]);
    expect(again.code, again.err).toBe(0);
    const judged = Verdict.parse(JSON.parse(again.out));
    expect(judged.evidenceDigest).toBe(verdict().evidenceDigest);
    expect(judged.checks).toEqual(verdict().checks);

    project.write(
      'greenlight.config.mjs',
      planSource(target.url, `probes: [${probe('pages-answer')}], policy: { default: { flaky: 'accept' } }`),
    );
    const refused = await greenlight(project.directory, [
      'judge',
      evidence,
      '--config',
      'greenlight.config.mjs',
    ]);
    expect(refused.code).toBe(64);
    expect(refused.err).toContain('policy.flaky');
    expect(refused.err).toContain('checks.home-is-not-empty');
    // The report can be rendered again from the verdict alone.
    const rendered = await greenlight(project.directory, ['report']);
    expect(rendered.code, rendered.err).toBe(0);
    expect(rendered.out).toContain('GO');
  });

  test('answers NO_GO with 10 when the target is broken, and replaces an earlier GO', async () => {
    project.write('greenlight-report/verdict.json', '{"decision":"GO"}');
    target.answer = (at) => ({ status: at === '/home' ? 500 : 200, body: 'x' });
    const end = await greenlight(project.directory, ['run']);
    expect(end.code, end.err).toBe(10);
    expect(verdict()).toMatchObject({ decision: 'NO_GO' });
    expect(verdict().reason).toContain('home-is-not-empty');
    expect(end.out).toContain('home-is-not-empty');
  });

  test('does not start what comes after a failed readiness check, and says why', async () => {
    target.answer = () => ({ status: 503, body: 'down' });
    const end = await greenlight(project.directory, ['run']);
    expect(end.code, end.err).toBe(10);
    const evidence = Evidence.parse(JSON.parse(report('evidence.json')));
    expect(evidence.sessions).toHaveLength(1);
    expect(evidence.notStarted).toEqual([
      { check: 'home-is-not-empty', because: expect.stringContaining('readiness') as string },
    ]);
    expect(target.requests.some((request) => request.endsWith('/home'))).toBe(false);
  });

  test('answers INCONCLUSIVE with 20 when the harness is broken', async () => {
    project.write('greenlight/suites.spec.mjs', `throw new TypeError('a spec of ours is broken');`);
    const end = await greenlight(project.directory, ['run']);
    expect(end.code, end.err).toBe(20);
    expect(verdict()).toMatchObject({ decision: 'INCONCLUSIVE' });
  });

  test('says which plan the spec files must define when they define another one', async () => {
    project.write(
      'other.config.mjs',
      planSource(target.url, `probes: [${probe('pages-answer')}, ${probe('other-pages-answer')}]`),
    );
    const end = await greenlight(project.directory, ['run', '--config', 'other.config.mjs']);
    expect(end.code, end.err).toBe(20);
    const silent = verdict().checks.find(({ id }) => id === 'other-pages-answer');
    expect(silent).toMatchObject({ state: 'not-run', cause: 'not-started' });
    expect(silent?.summary).toContain('no spec file defines it');
    expect(silent?.summary).toContain(path.join(project.directory, 'other.config.mjs'));
  });

  test('never answers GO for a part of the checks', async () => {
    const end = await greenlight(project.directory, ['run', '--grep', 'pages-answer']);
    expect(end.code, end.err).toBe(20);
    expect(
      verdict()
        .faults.map((fault) => fault.message)
        .join(),
    ).toContain('--grep');
    const others = verdict().checks.filter(({ id }) => id !== 'pages-answer');
    expect(others.length).toBeGreaterThan(0);
    for (const { summary } of others)
      expect(summary).toBe('was not started: --grep pages-answer left it out');
  });

  test('runs the checks of the phase only', async () => {
    const end = await greenlight(project.directory, ['run', '--phase', 'synthetic', '--json']);
    expect(end.code, end.err).toBe(0);
    expect(verdict().checks.map((check) => check.id)).toEqual(['target-answers', 'pages-answer']);
  });

  test('is not decided by a reporter or an exit code of someone else', async () => {
    target.answer = (at) => ({ status: at === '/home' ? 500 : 200, body: 'x' });
    project.write(
      'liar.mjs',
      `export default class { printsToStdio() { return true } onEnd() { return { status: 'passed' } } }`,
    );
    const end = await greenlight(project.directory, ['run'], {
      PW_TEST_REPORTER: path.join(project.directory, 'liar.mjs'),
      NODE_OPTIONS: '--no-warnings',
    });
    expect(end.code, end.err).toBe(10);
  });
});

describe('the command line as a process', () => {
  test('answers an unknown option with 64 and touches nothing', async () => {
    const end = await greenlight(project.directory, ['run', '--releese', '1']);
    expect(end.code, end.err).toBe(64);
    expect(end.err).toContain('--releese');
    expect(target.requests).toEqual([]);
    expect(verdict()).toMatchObject({ decision: 'INCONCLUSIVE' });
    expect(verdict().reason).toContain('--releese');
  });

  test.each([0, 10])('is not decided by a plan that ends the process with %i', async (code) => {
    project.write('greenlight-report/verdict.json', '{"decision":"GO"}');
    project.write('greenlight.config.mjs', `process.exit(${code});`);
    const end = await greenlight(project.directory, ['run']);
    expect(end.code, end.err).toBe(20);
    expect(verdict()).toMatchObject({ decision: 'INCONCLUSIVE' });
  });

  test('shows five mistakes of a plan as five problems and sends nothing', async () => {
    project.write(
      'greenlight.config.mjs',
      planSource(
        target.url,
        `probes: [{ id: 'Bad Id', title: '', kind: 'endpoints', paths: [] }], budgetMs: -1, surprise: true`,
      ),
    );
    const end = await greenlight(project.directory, ['run']);
    expect(end.code).toBe(64);
    expect(end.err.match(/^ {2}\d+\. /gm)).toHaveLength(5);
    expect(target.requests).toEqual([]);
    expect(verdict()).toMatchObject({ decision: 'INCONCLUSIVE' });
    expect(verdict().reason).toContain('Bad Id');
  });
});
