import type { Reporter, TestCase, TestResult } from '@playwright/test/reporter';
import { CHECK_ANNOTATION } from '../contract/plan/check-id.ts';
import { sendProgress } from '../host/progress-pipe.ts';

/** Tells the command line which check started and ended, over a pipe: parsing the list reporter would be guessing. */
export default class ProgressReporter implements Reporter {
  printsToStdio(): boolean {
    return false;
  }

  onTestBegin(test: TestCase): void {
    sendProgress({ type: 'begin', ...whatOf(test) });
  }

  onTestEnd(test: TestCase, result: TestResult): void {
    sendProgress({ type: 'end', ...whatOf(test), status: result.status, durationMs: result.duration });
  }
}

function whatOf(test: TestCase): {
  readonly check: string;
  readonly title: string;
  readonly project: string;
} {
  const check = test.annotations.find(({ type }) => type === CHECK_ANNOTATION)?.description ?? test.title;
  return { check, title: test.title, project: test.parent.project()?.name ?? '' };
}
