import { relative, sep } from 'node:path';
import type { TestResult } from '@playwright/test/reporter';
import type { KeptFile } from '../../contract/evidence/evidence.ts';

/** By the names that Playwright gives its own attachments. */
const KINDS: Readonly<Record<string, KeptFile['kind']>> = { screenshot: 'screenshot', trace: 'trace' };
/** Where a report has what the sessions left. */
const IN_REPORT = 'playwright';

/**
 * The screenshots and traces of an attempt, where they will lie in the report. Only of those in the run's own directory:
 * nothing else is moved there.
 * @param runDirectory absent where Playwright was started by hand: then there is no report
 */
export function keptFiles(
  attachments: TestResult['attachments'],
  runDirectory: string | undefined,
): readonly KeptFile[] {
  if (runDirectory === undefined) return [];
  return attachments.flatMap(({ name, path }) => {
    const kind = Object.hasOwn(KINDS, name) ? KINDS[name] : undefined;
    if (kind === undefined || path === undefined) return [];
    const below = relative(runDirectory, path).split(sep);
    return below[0]?.startsWith('session-') ? [{ kind, path: [IN_REPORT, ...below].join('/') }] : [];
  });
}
