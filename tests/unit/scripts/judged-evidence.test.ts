import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { reportFiles, type ReportFiles } from '../../../host/report-files.ts';
import { publishEvidence } from '../../../run/publish-evidence.ts';
import { hasVerdict, takeJudged } from '../../../scripts/people/judged-evidence.ts';
import { goEvidence } from '../signing/signed-report.ts';

let directory: string;
let files: ReportFiles;
beforeEach(() => {
  directory = mkdtempSync(path.join(tmpdir(), 'greenlight-judged-'));
  files = reportFiles(path.join(directory, 'greenlight-report'));
  publishEvidence(files, goEvidence(), []);
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

const halves = (): readonly string[] => readdirSync(files.directory).filter((name) => name.endsWith('.tmp'));

test('one takes a report, with its old answer, and the next gets what that one wrote', async () => {
  const first = await takeJudged(files, 'run1', []);
  expect(existsSync(files.verdict)).toBe(false);
  expect(halves()).toEqual([]);
  const there = hasVerdict(files);
  const said = {
    id: 'rollback-tested',
    decision: 'refused' as const,
    name: 'Bo',
    role: 'DBA',
    at: '2026-11-20T10:05:00.000Z',
    comment: 'no',
  };
  publishEvidence(files, { ...first, attestations: [said] }, []);
  expect(await there).toBe(true);
  expect((await takeJudged(files, 'run1', [])).attestations).toEqual([said]);
});

test('one that waits for a taken report gets what is written', async () => {
  const first = await takeJudged(files, 'run1', []);
  const second = takeJudged(files, 'run1', []);
  publishEvidence(files, first, []);
  expect(await second).toEqual(first);
});

test('a report that is of another run by now stays as it is', async () => {
  const before = readFileSync(files.verdict, 'utf8');
  await expect(takeJudged(files, 'run0', [])).rejects.toMatchObject({ code: 'EVIDENCE_CHANGED' });
  expect(readFileSync(files.verdict, 'utf8')).toBe(before);
  expect(halves()).toEqual([]);
});

test('there is no verdict, and nobody to wait for, where there is no evidence either', async () => {
  rmSync(files.verdict);
  rmSync(files.evidence);
  expect(await hasVerdict(files)).toBe(false);
});
