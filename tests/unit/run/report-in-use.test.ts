import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { unplannedVerdict } from '../../../reporters/started-verdict.ts';
import { ownIdentity } from '../../../host/process-identity.ts';
import { reportFiles, type ReportFiles } from '../../../host/report-files.ts';
import { markInUse, refuseWhileInUse, unmarkInUse } from '../../../run/report-in-use.ts';

let files: ReportFiles;
beforeEach(() => {
  files = reportFiles(mkdtempSync(`${tmpdir()}/greenlight-in-use-`));
});
afterEach(() => rmSync(files.directory, { recursive: true, force: true }));

const asked = unplannedVerdict(
  { phase: 'post-cutover', nonce: '', wanted: null, at: '2026-11-20T10:00:00.000Z' },
  'asked',
);

/** As if the process with this id had marked the directory. */
function markedBy(pid: number, decision: 'GO' | 'NO_GO' | 'INCONCLUSIVE' = 'INCONCLUSIVE'): void {
  writeFileSync(files.inUse, JSON.stringify({ ...ownIdentity(), pid, start: null }));
  writeFileSync(files.verdict, JSON.stringify({ ...asked, decision }));
}

test('a directory into which a living process writes is refused and not touched', () => {
  markedBy(process.ppid);
  expect(() => refuseWhileInUse(files)).toThrow(`by process ${process.ppid}`);
  unmarkInUse(files);
  expect(existsSync(files.inUse)).toBe(true);
});

test.each(['GO', 'NO_GO'] as const)('a report that says %s is done, and must not stay', (decision) => {
  markedBy(process.ppid, decision);
  expect(() => refuseWhileInUse(files)).not.toThrow();
});

test('a process that was killed is not in the way', async () => {
  const child = spawn(process.execPath, ['-e', ''], { stdio: 'ignore' });
  await once(child, 'exit');
  markedBy(child.pid ?? 0);
  expect(() => refuseWhileInUse(files)).not.toThrow();
});

test('neither is one on another host, nor half a mark, nor this process', () => {
  writeFileSync(files.inUse, JSON.stringify({ ...ownIdentity(), host: 'elsewhere', pid: process.ppid }));
  expect(() => refuseWhileInUse(files)).not.toThrow();
  writeFileSync(files.inUse, '{"host":');
  expect(() => refuseWhileInUse(files)).not.toThrow();
  markInUse(files);
  expect(() => refuseWhileInUse(files)).not.toThrow();
  expect(JSON.parse(readFileSync(files.inUse, 'utf8'))).toEqual(ownIdentity());
  unmarkInUse(files);
  expect(existsSync(files.inUse)).toBe(false);
});
