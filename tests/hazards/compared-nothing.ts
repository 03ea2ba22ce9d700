import { answersUnclear, type HazardGroup, HOME, ownPlan, total } from './hazard.ts';

const broken = { target: 'broken' } as const;
const passes = (ran: number) => ({ exit: 0, ran });
const unclear = { exit: 20, decision: 'INCONCLUSIVE', says: 'total-is-right' } as const;
const seen = { exit: 10, decision: 'NO_GO', says: 'total-is-right' } as const;

/** What only looks like a comparison, and who else has a word in the result. */
export const comparedNothing: HazardGroup = {
  title: 'A test that compares nothing, or whose result others change',
  lead: 'The test runs to its end and Playwright calls it passed, but nothing about the target was compared, or the comparison was changed afterwards.',
  hazards: [
    {
      ...broken,
      id: 'empty-test',
      title: 'The body of the test is empty',
      spec: `${HOME} ${total('')}`,
      expected: { playwright: passes(1), greenlight: unclear },
    },
    {
      ...broken,
      id: 'asked-not-compared',
      title: 'The target is asked, and the answer compared with nothing',
      spec: `${HOME} ${total('await total(request);')}`,
      expected: { playwright: passes(2), greenlight: unclear },
    },
    {
      ...broken,
      id: 'to-pass-around-nothing',
      title: '`toPass` around nothing',
      spec: `${HOME} ${total('await expect(async () => { await total(request); }).toPass();')}`,
      expected: { playwright: passes(2), greenlight: unclear },
    },
    {
      ...broken,
      id: 'expect-in-a-hook-alone',
      title: 'An `expect` only in `beforeEach`',
      spec: `test.beforeEach(() => { expect(1).toBe(1); }); ${HOME} ${total('await total(request);')}`,
      expected: { playwright: passes(2), greenlight: unclear },
    },
    {
      ...broken,
      id: 'step-expects-nothing',
      title: 'The `expect` of a step returns an empty list',
      ...ownPlan(`flows: [flow('total-is-right', { title: 'The total is right' })
        .request('ask', { request: () => ({ method: 'GET', path: '/total' }), expect: () => [] })],`),
      expected: answersUnclear('total-is-right'),
    },
    {
      ...broken,
      id: 'page-without-expect',
      title: 'A page step drives the browser and compares nothing',
      ...ownPlan(`flows: [flow('total-is-right', { title: 'The total is right' })
        .page('look', { run: async (page: any) => { await page.goto('/total'); } })],`),
      expected: answersUnclear('total-is-right'),
    },
    {
      ...broken,
      id: 'snapshots-ignored',
      title: '`ignoreSnapshots` in the configuration',
      spec: `${HOME} ${total('expect(String(await total(request))).toMatchSnapshot("total.txt");')}`,
      files: { 'own.spec.mts-snapshots/total.txt': '10' },
      config: 'ignoreSnapshots: true',
      expected: { playwright: passes(2), greenlight: unclear },
    },
    {
      ...broken,
      id: 'reporter-edits-results',
      title: 'A reporter changes results before others read them',
      reporter: 'specs/reporter.mjs',
      files: {
        'reporter.mjs':
          "export default class { printsToStdio() { return false; } onTestEnd(test, result) { result.status = 'passed'; result.errors = []; result.error = undefined; } onEnd() { return { status: 'passed' }; } }",
      },
      expected: { playwright: passes(2), greenlight: seen },
    },
    {
      ...broken,
      id: 'configuration-listens-to-the-end',
      title: 'The configuration sets the exit code when the process ends',
      configPrelude: "process.on('exit', () => { process.exitCode = 0; });",
      expected: { playwright: passes(2), greenlight: seen },
    },
  ],
};
