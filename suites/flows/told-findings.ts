import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { Finding } from '../../contract/evidence/finding.ts';

/**
 * What one run of a journey said about its other checks, until their tests ask for it. In files, because Playwright
 * starts a new worker after every test that did not pass.
 */
export interface ToldFindings {
  /** Keeps a finding for the test of its check. What an earlier try said stays: only a failure that is seen can count. */
  keep(finding: Finding): void;
  /** The finding about a check, once. */
  take(check: string): Finding | undefined;
}

/**
 * @param outputDirectory of Playwright, which empties it at each start; findings must be redacted before they are kept
 * @param journey what tells one journey from another: flow and repetition
 */
export function toldFindings(outputDirectory: string, journey: string): ToldFindings {
  const name = createHash('sha256').update(journey).digest('hex').slice(0, 16);
  const directory = path.join(outputDirectory, '.greenlight-journeys', name);
  const fileOf = (check: string): string => path.join(directory, `${check}.json`);
  return {
    keep(finding) {
      mkdirSync(directory, { recursive: true, mode: 0o700 });
      try {
        writeFileSync(fileOf(finding.check), JSON.stringify(finding), { flag: 'wx', mode: 0o600 });
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
      }
    },
    take(check) {
      const taken = `${fileOf(check)}.${process.pid}`;
      try {
        // Renamed first: a second taker must find nothing.
        renameSync(fileOf(check), taken);
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
        throw error;
      }
      const finding = Finding.parse(JSON.parse(readFileSync(taken, 'utf8')));
      rmSync(taken);
      return finding;
    },
  };
}
