import { execFile } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { GreenlightError } from '../contract/errors.ts';
import { packageDirectory } from './find-playwright.ts';
import { onPath } from './process-group.ts';
import type { ReportFiles } from './report-files.ts';

const run = promisify(execFile);

/**
 * Makes one HTML file from the Allure results of a run.
 * @returns the path of the file
 * @throws GreenlightError PART_MISSING that says what to install, USAGE when there are no results
 */
export async function generateAllureReport(files: ReportFiles, env: NodeJS.ProcessEnv): Promise<string> {
  // Allure reports success on results that are not there.
  const results = existsSync(files.allureResults) ? readdirSync(files.allureResults) : [];
  if (!results.some((name) => name.endsWith('-result.json'))) {
    throw new GreenlightError('USAGE', `${files.allureResults} holds no Allure results`, {
      hint: 'They are written by `greenlight run` when allure-playwright is installed: npm install --save-dev allure-playwright',
    });
  }
  const program = packageDirectory('allure-commandline', import.meta.filename);
  if (program === undefined) {
    throw new GreenlightError('PART_MISSING', 'allure-commandline is not installed', {
      hint: 'npm install --save-dev allure-commandline',
    });
  }
  if (onPath('java', env) === undefined && env['JAVA_HOME'] === undefined) {
    throw new GreenlightError('PART_MISSING', 'Allure needs Java, and neither java nor JAVA_HOME was found', {
      hint: 'Install a Java runtime, for example: apt-get install default-jre-headless',
    });
  }
  await run(
    process.execPath,
    // Not node_modules/.bin/allure: Allure 3 installs a program of the same name there.
    [
      path.join(program, 'bin', 'allure'),
      'generate',
      files.allureResults,
      '--clean',
      '--single-file',
      '-o',
      files.allureReport,
    ],
    // `1` is ignored; without `true` the page reports every reader to Google.
    { env: { ...env, ALLURE_NO_ANALYTICS: 'true' } },
  ).catch((cause: unknown) => {
    throw new GreenlightError('PART_MISSING', 'Allure could not make its report', { cause });
  });
  return path.join(files.allureReport, 'index.html');
}
