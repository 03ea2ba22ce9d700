import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

/** Only for the test that kills this Playwright. */
export default {
  testDir: resolve(import.meta.dirname, '../../../run/specs'),
  outputDir: join(tmpdir(), `greenlight-load-killed-${process.ppid}`),
  reporter: 'null',
};
