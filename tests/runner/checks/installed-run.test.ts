import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { GreenlightError } from '../../../contract/errors.ts';
import { Verdict } from '../../../contract/verdict/verdict.ts';
import { withoutComma } from '../../../run/runner.ts';
import { startTarget, type Target } from '../../e2e/project.ts';
import { installedProject, type InstalledProject } from './installed-project.ts';

let target: Target;
let project: InstalledProject | undefined;
beforeEach(async () => {
  target = await startTarget();
});
afterEach(async () => {
  project?.remove();
  project = undefined;
  await target.close();
});

function verdictIn(directory: string): Verdict {
  return Verdict.parse(
    JSON.parse(readFileSync(path.join(directory, 'greenlight-report/verdict.json'), 'utf8')),
  );
}

// Playwright takes the names of its reporters apart at commas.
describe('a comma in a path', () => {
  test.each([
    ['nowhere', '/srv/shop/node_modules/x.js', '/srv/shop', '/srv/shop/node_modules/x.js'],
    ['in the project', '/srv/old,new/node_modules/x.js', '/srv/old,new', 'node_modules/x.js'],
    ['above the project', '/a,b/c/shop/node_modules/x.js', '/a,b/c/shop/greenlight', '../node_modules/x.js'],
    ['above both', '/a,b/modules/x.js', '/a,b/shop', '../modules/x.js'],
  ])('%s', (_, file, cwd, seen) => {
    expect(withoutComma(file, cwd)).toBe(seen);
  });

  test.each([
    ['/srv/a,b/x.js', '/srv/shop'],
    ['/srv/shop/node_modules/a,b/x.js', '/srv/shop'],
    ['/a,b/x.js', '/c,d/shop'],
  ])('in the package only, %s seen from %s, is refused by name', (file, cwd) => {
    let thrown: unknown;
    try {
      withoutComma(file, cwd);
    } catch (error) {
      thrown = error;
    }
    expect((thrown as GreenlightError).code).toBe('PLAYWRIGHT_UNUSABLE');
    expect((thrown as GreenlightError).message).toContain('comma');
  });

  test('a run in such a folder sees its checks and gives its answer', async () => {
    project = installedProject('module', undefined, 'greenlight-a,b, c-');
    const init = await project.greenlight(['init', '--url', target.url]);
    expect(init.code, init.output).toBe(0);
    const run = await project.greenlight(['run']);
    expect(run.code, run.output).toBe(0);
    expect(verdictIn(project.directory).checks.map(({ id, state }) => [id, state])).toContainEqual([
      'home-page-answers',
      'passed',
    ]);
    target.answer = () => ({ status: 500, body: 'broken' });
    expect((await project.greenlight(['run'])).code).toBe(10);
  });
});

// Many home pages send their visitors on: the plan of `init` must not roll back for it.
describe('the plan of init on a home page that redirects', () => {
  const sends = (to: string | undefined, end: number): Target['answer'] => {
    const headers: Readonly<Record<string, string>> = to === undefined ? {} : { location: to };
    return (at) => (at === '/' ? { status: 302, body: '', headers } : { status: end, body: 'hello' });
  };

  test('passes where it leads to a page, and fails where it leads to none', async () => {
    project = installedProject('module', undefined);
    const init = await project.greenlight(['init', '--url', target.url]);
    expect(init.code, init.output).toBe(0);
    expect(existsSync(path.join(project.directory, 'greenlight.config.mts'))).toBe(true);
    const answers: readonly (readonly [string, Target['answer'], number, readonly string[]])[] = [
      ['to a language', sends('/en', 200), 0, ['passed', 'passed']],
      // The probe is asked first, and nothing is begun on a target whose pages do not answer.
      ['to an error', sends('/en', 503), 10, ['not-run', 'failed']],
      ['to nowhere', sends(undefined, 200), 10, ['not-run', 'failed']],
    ];
    for (const [name, answer, code, states] of answers) {
      target.answer = answer;
      const run = await project.greenlight(['run']);
      expect(run.code, `${name}: ${run.output}`).toBe(code);
      const { checks } = verdictIn(project.directory);
      const stateOf = (id: string) => checks.find((check) => check.id === id)?.state;
      expect([stateOf('home-page-answers'), stateOf('main-pages-answer')], name).toEqual(states);
    }
  });
});
