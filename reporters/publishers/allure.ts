import { execFile } from 'node:child_process';
import { existsSync, readdirSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { delimiter, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { GreenlightError } from '../../contract/errors.ts';

const run = promisify(execFile);

/** What a single-file Allure report is made from, and where it goes. */
export interface AllureOrder {
  /** Directory that allure-playwright wrote. */
  readonly results: string;
  /** Directory of the report; replaced. */
  readonly report: string;
  readonly env?: NodeJS.ProcessEnv;
}

/**
 * Makes one HTML file from Allure results.
 * @returns its path
 * @throws GreenlightError USAGE without results, PART_MISSING without Java or allure-commandline
 */
export async function makeAllureReport({ results, report, env = process.env }: AllureOrder): Promise<string> {
  // Allure itself answers "successfully generated" for results that are not there.
  const found = existsSync(results) ? readdirSync(results) : [];
  if (!found.some((name) => name.endsWith('-result.json'))) {
    throw new GreenlightError('USAGE', `${results} holds no Allure results`, {
      hint: 'They are written by `greenlight run` when allure-playwright is installed: npm install --save-dev allure-playwright',
    });
  }
  const program = programFile();
  if (!hasJava(env)) {
    throw new GreenlightError('PART_MISSING', 'Allure needs Java, and neither java nor JAVA_HOME was found', {
      hint: 'Install a Java runtime, for example: apt-get install default-jre-headless',
    });
  }
  const page = join(report, 'index.html');
  // A failed attempt leaves an older report where it is, and it would be taken for this one.
  rmSync(report, { recursive: true, force: true });
  try {
    await run(process.execPath, [program, 'generate', results, '--clean', '--single-file', '-o', report], {
      // `1` is ignored; without `true` the page tells Google who opens it.
      env: { ...env, ALLURE_NO_ANALYTICS: 'true' },
    });
  } catch (cause) {
    throw new GreenlightError('PART_MISSING', 'Allure could not make its report', { cause });
  }
  if (!existsSync(page)) throw new GreenlightError('PART_MISSING', `Allure ended well and wrote no ${page}`);
  return page;
}

/** Not node_modules/.bin/allure: Allure 3 installs another program under the same name. */
function programFile(): string {
  try {
    const manifest = createRequire(import.meta.url).resolve('allure-commandline/package.json');
    return join(dirname(manifest), 'bin', 'allure');
  } catch (cause) {
    throw new GreenlightError('PART_MISSING', 'allure-commandline is not installed', {
      cause,
      hint: 'npm install --save-dev allure-commandline',
    });
  }
}

function hasJava(env: NodeJS.ProcessEnv): boolean {
  const home = env['JAVA_HOME'];
  if (home) return existsSync(join(home, 'bin', 'java'));
  return (env['PATH'] ?? '').split(delimiter).some((directory) => existsSync(join(directory, 'java')));
}
