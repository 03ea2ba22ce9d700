import { readFileSync, statSync } from 'node:fs';
import { z } from 'zod';
import type { ForeignReport } from '../../contract/plan/probes/command.ts';
import { CannotTell, firstLine } from '../cannot-tell.ts';
import { REPORT_READERS } from './index.ts';
import type { TestReport } from './test-report.ts';

/** Larger ones are no report of a suite that a cut-over waits for. */
const MOST_BYTES = 64 * 1024 * 1024;
/** Clocks of two machines may differ by so much; milliseconds. */
const CLOCKS_DIFFER_MS = 60_000;

/** Tells what a report file says, if the program that ran in the meantime wrote it. */
export interface WatchedReport {
  /** Rejects with CannotTell where the program did not write it, or nobody can read it */
  readonly read: () => Promise<TestReport>;
}

/**
 * Looks at a report file before the program runs. It is not removed: it is the user's. What the file system says of it
 * afterwards must be something else, which needs no clock.
 * @param file absolute
 */
export function watchReport(file: string, format: ForeignReport['format']): WatchedReport {
  const before = markOf(file);
  const startedAt = Date.now();
  return {
    read: async () => {
      const after = markOf(file);
      if (after === undefined) {
        throw new CannotTell('report-not-written', `the program wrote no report to ${file}`, {
          remedy: 'let its reporter write there, or correct report.file: it is seen from cwd',
        });
      }
      if (after === before) {
        throw new CannotTell(
          'report-stale',
          `the report ${file} is the one that was there before: the program did not write it`,
          { remedy: 'let its reporter write there in every run, also in one without tests' },
        );
      }
      const report = await parsed(file, format);
      if (report.startedAt !== undefined && report.startedAt < startedAt - CLOCKS_DIFFER_MS) {
        throw new CannotTell(
          'report-stale',
          `the report ${file} says that its tests began at ${new Date(report.startedAt).toISOString()}, before the program did`,
          {
            remedy:
              'let the program run the tests anew, and not copy a report; or set the clock of where they run',
          },
        );
      }
      const { saidTests, tests } = report;
      if (saidTests !== undefined && saidTests !== tests.length) {
        throw new CannotTell(
          'report-incomplete',
          `the report ${file} counts ${saidTests} tests and has ${tests.length}`,
          { remedy: 'look for a reporter, or a merge of reports, that leaves tests out' },
        );
      }
      return report;
    },
  };
}

/** What changes whenever a file is written or exchanged; undefined where there is none. */
function markOf(file: string): string | undefined {
  const stat = statSync(file, { bigint: true, throwIfNoEntry: false });
  return stat === undefined
    ? undefined
    : `${stat.dev} ${stat.ino} ${stat.size} ${stat.mtimeNs} ${stat.ctimeNs}`;
}

async function parsed(file: string, format: ForeignReport['format']): Promise<TestReport> {
  try {
    if (statSync(file).size > MOST_BYTES)
      throw new Error(`it is larger than ${MOST_BYTES / 1024 / 1024} MiB`);
    return await REPORT_READERS[format](readFileSync(file, 'utf8'));
  } catch (cause) {
    throw new CannotTell('report-unreadable', `the report ${file} is no ${format}: ${wordsOf(cause)}`, {
      cause,
      remedy: `let the program write ${format}, or name the format that it writes`,
    });
  }
}

function wordsOf(error: unknown): string {
  // Its own message is a list in JSON, of many lines.
  return firstLine(error instanceof z.ZodError ? z.prettifyError(error).replace(/\s+/g, ' ') : error);
}
