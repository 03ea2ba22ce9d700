import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DIST } from '../../installed.ts';

/** Only for the test that kills this Playwright. */
export default {
  testDir: join(DIST, 'run/specs'),
  outputDir: join(tmpdir(), `greenlight-load-killed-${process.ppid}`),
  reporter: 'null',
};
