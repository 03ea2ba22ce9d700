import type { FullConfig, Reporter, Suite } from '@playwright/test/reporter';
export default class RedactorReporter implements Reporter {
  printsToStdio(): boolean {
    return false;
  }
  onBegin(_config: FullConfig, _suite: Suite): void {}
}
