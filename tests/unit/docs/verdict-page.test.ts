import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { disagreements } from '../../hazards/expectations.ts';
import { HAZARDS } from '../../hazards/index.ts';
import { PAGE_FILE, renderPage } from '../../hazards/page.ts';
import { readRecorded } from '../../hazards/recorded.ts';

const hazards = HAZARDS.flatMap((group) => group.hazards);
const recorded = readRecorded();
const REMEDY = 'run npm run docs:verdict (with -- --only <id> for some rows)';

test('every hazard was tried, and answered as expected', () => {
  expect(Object.keys(recorded), REMEDY).toEqual(hazards.map(({ id }) => id));
  const wrong = hazards.flatMap((hazard) => {
    const answer = recorded[hazard.id];
    return answer === undefined ? [] : disagreements(hazard, answer);
  });
  expect(wrong, REMEDY).toEqual([]);
});

test('docs/verdict.md is what was recorded', () => {
  expect(readFileSync(PAGE_FILE, 'utf8'), `docs/verdict.md is out of date: ${REMEDY}`).toBe(
    renderPage(HAZARDS, recorded),
  );
});

test('only what is fine ends in GO, and nothing that leaves the target healthy ends in NO_GO', () => {
  const decided = (decision: string) =>
    hazards.filter(({ id }) => recorded[id]?.greenlight.decision === decision);
  expect(decided('GO').filter(({ fine }) => fine !== true)).toEqual([]);
  expect(decided('NO_GO').filter(({ target = 'healthy' }) => target === 'healthy')).toEqual([]);
  expect(hazards.filter(({ fine, target = 'healthy' }) => fine === true && target !== 'healthy')).toEqual([]);
});

test('an answer that differs, or says something else, is a disagreement', () => {
  const hazard = hazards.find(({ id }) => id === 'flaky');
  const answer = recorded['flaky'];
  if (hazard === undefined || answer === undefined) throw new Error('the hazard is gone');
  expect(disagreements(hazard, { ...answer, playwright: { exit: 1, ran: 2 } })).toHaveLength(1);
  const { greenlight } = answer;
  expect(disagreements(hazard, { ...answer, greenlight: { ...greenlight, decision: 'GO' } })).toHaveLength(1);
  expect(
    disagreements(hazard, { ...answer, greenlight: { ...greenlight, reasons: ['all is well'] } }),
  ).toHaveLength(1);
});
