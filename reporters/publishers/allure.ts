import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { GreenlightError } from '../../contract/errors.ts';
import { packageDirectory } from '../../host/find-playwright.ts';
import { installCommand } from '../../host/optional-packages.ts';

const run = promisify(execFile);

/** What a single-file Allure report is made from, and where it goes. */
export interface AllureOrder {
  /** Directory that allure-playwright wrote. */
  readonly results: string;
  /** Directory of the report; its `index.html` is replaced, and nothing else in it. */
  readonly report: string;
  readonly env?: NodeJS.ProcessEnv;
}

/**
 * Makes one HTML file from Allure results.
 * @returns its path
 * @throws GreenlightError INPUT_FOREIGN without results, PART_MISSING without Java or allure-commandline
 */
export async function makeAllureReport({ results, report, env = process.env }: AllureOrder): Promise<string> {
  // Allure itself answers "successfully generated" for results that are not there.
  const found = existsSync(results) ? readdirSync(results) : [];
  if (!found.some((name) => name.endsWith('-result.json'))) {
    throw new GreenlightError('INPUT_FOREIGN', `${results} holds no Allure results`, {
      hint: `They are written by \`greenlight run\` when allure-playwright is installed: ${installCommand(['allure-playwright', 'allure-commandline'])}`,
    });
  }
  const program = programFile();
  if (!hasJava(env)) {
    throw new GreenlightError(
      'PART_MISSING',
      'Allure needs Java, and neither java nor JAVA_HOME was found (Debian: apt-get install default-jre-headless)',
    );
  }
  const page = join(report, 'index.html');
  // A failed attempt leaves an older report where it is, and it would be taken for this one.
  rmSync(page, { force: true });
  mkdirSync(report, { recursive: true });
  // Allure empties the directory that it writes to, whatever is in it. Beside the page, so that a rename suffices.
  const scratch = mkdtempSync(join(report, '.making-'));
  try {
    await run(process.execPath, [program, 'generate', results, '--clean', '--single-file', '-o', scratch], {
      // `1` is ignored; without `true` the page tells Google who opens it.
      env: { ...env, ALLURE_NO_ANALYTICS: 'true' },
    });
    const made = join(scratch, 'index.html');
    if (!existsSync(made)) throw new Error(`it ended well and wrote no ${made}`);
    renameSync(made, page);
  } catch (cause) {
    throw new GreenlightError('PART_FAILED', 'Allure could not make its report', { cause });
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
  return page;
}

/** Not node_modules/.bin/allure: Allure 3 installs another program under the same name. */
function programFile(): string {
  const directory = packageDirectory('allure-commandline', import.meta.filename);
  if (directory !== undefined) return join(directory, 'bin', 'allure');
  throw new GreenlightError('PART_MISSING', 'allure-commandline is not installed', {
    hint: installCommand(['allure-commandline']),
  });
}

function hasJava(env: NodeJS.ProcessEnv): boolean {
  const home = env['JAVA_HOME'];
  if (home) return existsSync(join(home, 'bin', 'java'));
  return (env['PATH'] ?? '').split(delimiter).some((directory) => existsSync(join(directory, 'java')));
}
