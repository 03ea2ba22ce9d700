import { afterAll, beforeAll, expect } from 'vitest';
import { type Arena, createArena } from '../../hazards/arena.ts';
import { disagreements } from '../../hazards/expectations.ts';
import { HAZARDS } from '../../hazards/index.ts';
import { tryGreenlight, tryPlaywright } from '../../hazards/try-hazard.ts';
import { eachUsually } from '../../long.ts';

/** One of each kind; `npm run docs:verdict` tries all of them, which takes half an hour. */
const TRIED: [string][] = [
  ['reporter-ends-process'],
  ['worker-killed'],
  ['own-network-down'],
  ['journey-breaks'],
  ['output-of-others'],
];
/** Workers that die are tried in `recorder/classification.test.ts` as well, journeys that break in `e2e/cli/journey.test.ts`. */
const USUAL = ['reporter-ends-process', 'own-network-down', 'output-of-others'];

let arena: Arena;
beforeAll(() => {
  arena = createArena();
});
afterAll(() => arena.remove());

const ANSWER = '%s: Playwright and Greenlight answer as docs/verdict.md says';
eachUsually(USUAL, TRIED, ANSWER, async (id) => {
  const hazard = HAZARDS.flatMap((group) => group.hazards).find((one) => one.id === id);
  if (hazard === undefined) throw new Error(`no hazard is called ${id}`);
  const [playwright, greenlight] = await Promise.all([
    tryPlaywright(arena, hazard),
    tryGreenlight(arena, hazard),
  ]);
  expect(disagreements(hazard, { playwright, greenlight })).toEqual([]);
});
