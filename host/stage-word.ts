import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { RunContext } from '../contract/evidence/run-context.ts';
import { StageWord, stageWordName } from '../contract/evidence/stage-word.ts';
import { writeFileAtomically } from './atomic-write.ts';

const EVERY_MS = 20;

type OfSession = Pick<RunContext, 'runDirectory' | 'session'>;

/** The stage to which a Playwright project belongs; undefined where nobody orders them. */
export function stageOf(context: RunContext | undefined, project: string): number | undefined {
  const stage = context?.stages?.findIndex((projects) => projects.some((name) => name === project)) ?? -1;
  return stage < 0 ? undefined : stage;
}

/** Says the word of a stage to all processes of the run. */
export function sayStageWord(context: OfSession, stage: number, word: StageWord): void {
  writeFileAtomically(
    join(context.runDirectory, stageWordName(context.session, stage)),
    JSON.stringify(word),
  );
}

/** @returns undefined while it has not been said */
export function stageWordOf(context: OfSession, stage: number): StageWord | undefined {
  const file = join(context.runDirectory, stageWordName(context.session, stage));
  return existsSync(file) ? StageWord.parse(JSON.parse(readFileSync(file, 'utf8'))) : undefined;
}

/** Waits until the word is said, however long that takes: the run has a deadline of its own. */
export async function waitForStageWord(context: OfSession, stage: number): Promise<StageWord> {
  for (;;) {
    const word = stageWordOf(context, stage);
    if (word !== undefined) return word;
    await pause(EVERY_MS);
  }
}
