import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { GreenlightAnswer, PlaywrightAnswer } from './try-hazard.ts';

/** What one hazard came to when it was last tried. */
export interface Recorded {
  readonly playwright: PlaywrightAnswer | null;
  readonly greenlight: GreenlightAnswer;
}

export const RECORDED_FILE = path.join(import.meta.dirname, 'recorded.json');

/** By id of the hazard. */
export function readRecorded(): Readonly<Record<string, Recorded>> {
  if (!existsSync(RECORDED_FILE)) return {};
  return JSON.parse(readFileSync(RECORDED_FILE, 'utf8')) as Record<string, Recorded>;
}
