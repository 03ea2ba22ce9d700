import { writeSync } from 'node:fs';
import type { Reporter, TestCase, TestResult } from '@playwright/test/reporter';
import { CHECK_ANNOTATION } from '../contract/plan/check-id.ts';
import { PROGRESS_DESCRIPTOR, type ProgressEvent } from './progress.ts';

/** Tells the command line which check started and ended, over a pipe: parsing the list reporter would be guessing. */
export default class ProgressReporter implements Reporter {
  printsToStdio(): boolean {
    return false;
  }

  onTestBegin(test: TestCase): void {
    send({ type: 'begin', check: checkOf(test), title: test.title });
  }

  onTestEnd(test: TestCase, result: TestResult): void {
    send({
      type: 'end',
      check: checkOf(test),
      title: test.title,
      status: result.status,
      durationMs: result.duration,
    });
  }
}

function checkOf(test: TestCase): string {
  return test.annotations.find(({ type }) => type === CHECK_ANNOTATION)?.description ?? test.title;
}

function send(event: ProgressEvent): void {
  try {
    writeSync(PROGRESS_DESCRIPTOR, `${JSON.stringify(event)}\n`);
  } catch {
    // Whoever watched has gone. Progress is for people and decides nothing; the fragment is another file.
  }
}
