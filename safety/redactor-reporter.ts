import { lstatSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type {
  FullConfig,
  FullResult,
  Reporter,
  Suite,
  TestCase,
  TestError,
  TestResult,
  TestStep,
} from '@playwright/test/reporter';
import { guardStream } from './console-guard.ts';
import { learnSecretsOfRun } from './learn-secrets.ts';
import { processSecrets } from './process-secrets.ts';
import { createEventRedactor, type EventRedactor } from './redact-events.ts';
import { redactFile, redactTree } from './redact-files.ts';
import { createRedactor, type FullRedactor } from './redactor.ts';
import { reportOutputs } from './report-outputs.ts';

/** Options of the reporter in `playwright.config`. Names only: options of reporters end up in reports. */
export interface RedactorReporterOptions {
  /** More environment variables whose values must be masked. */
  readonly names?: readonly string[];
}

/**
 * Playwright reporter that takes secrets out of everything the reporters after it see and write. It must be the first
 * of the list: it changes the objects that all of them share.
 *
 * Not covered: pixels (screenshots, video, the film strip in traces of page tests), and files of a run that was
 * killed before its tests ended, which stay in Playwright's output directory.
 */
export default class RedactorReporter implements Reporter {
  // Two seconds earlier, for file systems whose times are that coarse.
  readonly #startedAt = Date.now() - 2000;
  readonly #redactor: FullRedactor;
  readonly #events: EventRedactor;
  #config: FullConfig | undefined;

  constructor(options: RedactorReporterOptions = {}) {
    this.#redactor = createRedactor({ names: options.names ?? [], values: processSecrets() });
    this.#events = createEventRedactor(this.#redactor);
    guardStream(process.stdout, this.#redactor);
    guardStream(process.stderr, this.#redactor);
  }

  /** False, so that Playwright still adds a printing reporter where the configuration has none. */
  printsToStdio(): boolean {
    return false;
  }

  async preprocess(): Promise<void> {
    try {
      await learnSecretsOfRun(this.#redactor);
    } catch (error) {
      // The specs fail over the same plan and say so in the evidence; without it we still know the environment.
      const reason = error instanceof Error ? error.message : 'unknown';
      process.stderr.write(`greenlight: the redactor could not read the plan: ${reason}\n`);
    }
  }

  onBegin(config: FullConfig, suite: Suite): void {
    this.#config = config;
    const own = fileURLToPath(import.meta.url);
    const position = config.reporter.findIndex(([name]) => name === own);
    if (position > 0) {
      throw new Error('the redactor must be the first reporter: the ones before it write secrets');
    }
    this.#events.suite(suite);
  }

  onStepBegin(test: TestCase, result: TestResult, step: TestStep): void {
    this.#events.step(test, result, step);
  }

  onStepEnd(test: TestCase, result: TestResult, step: TestStep): void {
    this.#events.step(test, result, step);
  }

  onTestEnd(test: TestCase, result: TestResult): void {
    this.#events.testEnd(test, result);
  }

  onError(error: TestError): void {
    this.#events.error(error);
  }

  onEnd(_result: FullResult): void {
    const config = this.#config;
    if (config === undefined) return;
    // Only now: global set-up and tear-down used the real settings, and workers read the file themselves.
    this.#events.config(config);
    for (const directory of new Set(config.projects.map((project) => project.outputDir))) {
      redactTree(directory, this.#redactor, this.#startedAt);
    }
  }

  /** The second look, after all reporters have written: some read sources and settings that no event shows. */
  onExit(): Promise<void> {
    if (this.#config !== undefined) {
      for (const place of reportOutputs(this.#config, process.env)) {
        const stat = lstatSync(place, { throwIfNoEntry: false });
        if (stat?.isDirectory()) redactTree(place, this.#redactor, this.#startedAt);
        else if (stat?.isFile() && stat.mtimeMs >= this.#startedAt) redactFile(place, this.#redactor);
      }
    }
    return Promise.resolve();
  }
}
