import type { ForeignReport } from '../../contract/plan/probes/command.ts';
import { readCtrf } from './ctrf.ts';
import { readJunit } from './junit.ts';
import { readPlaywrightJson } from './playwright-json.ts';
import type { TestReport } from './test-report.ts';

/** Reads the text of a report. @throws any error where it is none of its format */
type ReadReport = (text: string) => TestReport | Promise<TestReport>;

/** How each format of a foreign report is read: one line for each, which the compiler demands. */
export const REPORT_READERS: Readonly<Record<ForeignReport['format'], ReadReport>> = {
  ctrf: (text) => readCtrf(JSON.parse(text)),
  junit: readJunit,
  'playwright-json': (text) => readPlaywrightJson(JSON.parse(text)),
};
