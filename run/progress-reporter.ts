import type { Reporter, TestCase, TestResult } from '@playwright/test/reporter';
import { CHECK_ANNOTATION } from '../contract/plan/check-id.ts';
import { readAttachments } from '../reporters/recorder/attachments.ts';
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
    const what = whatOf(test);
    const { findings } = readAttachments(result.attachments);
    const outcome = findings.findLast(({ check }) => check === what.check)?.outcome;
    const { status, duration } = result;
    sendProgress({ type: 'end', ...what, status, durationMs: duration, ...(outcome && { outcome }) });
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
