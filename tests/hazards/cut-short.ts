import { type Hazard, type HazardGroup, HOME, total } from './hazard.ts';

const SLOW = `check('home-answers', async ({ request }) => {
  expect((await request.get(url('/slow'), { timeout: 0 })).status()).toBe(200);
}); ${total()}`;
const unclear = (says: string) => ({ exit: 20, decision: 'INCONCLUSIVE', says }) as const;

function signalled(signal: NodeJS.Signals, title: string, playwright: number | NodeJS.Signals): Hazard {
  return {
    id: signal.toLowerCase(),
    title,
    signal,
    spec: SLOW,
    config: 'timeout: 0',
    expected: {
      playwright: { exit: playwright, ran: 0 },
      greenlight: { exit: 130, decision: 'INCONCLUSIVE', says: 'interrupted' },
    },
  };
}

/** The target is healthy, and the run does not come to its end. */
export const cutShort: HazardGroup = {
  title: 'A run that does not come to its end',
  lead: 'The target is healthy. There is a verdict all the same; it is never GO, never that of an earlier run, and says what happened.',
  hazards: [
    signalled('SIGINT', 'SIGINT (Ctrl-C)', 130),
    signalled('SIGTERM', 'SIGTERM', 'SIGTERM'),
    signalled('SIGHUP', 'SIGHUP', 'SIGHUP'),
    {
      ...signalled('SIGKILL', 'SIGKILL', 'SIGKILL'),
      expected: {
        playwright: { exit: 'SIGKILL', ran: 0 },
        greenlight: { exit: 'SIGKILL', decision: 'INCONCLUSIVE', says: 'has not finished' },
      },
    },
    {
      id: 'deadline',
      title: "The run's own deadline",
      spec: SLOW,
      config: 'timeout: 0',
      plan: 'deadlineMinutes: 0.15',
      playwrightArgs: null,
      expected: { playwright: null, greenlight: unclear('deadline') },
    },
    {
      id: 'global-timeout',
      title: "Playwright's `globalTimeout`",
      spec: SLOW,
      config: 'timeout: 0, globalTimeout: 5000',
      expected: { playwright: { exit: 1, ran: 0 }, greenlight: unclear('Out of time') },
    },
    {
      id: 'test-timeout',
      title: 'The time limit of a test',
      spec: SLOW,
      config: 'timeout: 1500',
      expected: { playwright: { exit: 1, ran: 1 }, greenlight: unclear('did not end within its time') },
    },
    {
      id: 'set-up-throws',
      title: 'The global set-up throws',
      files: { 'setup.mjs': `export default () => { throw new Error('no licence'); };` },
      config: `globalSetup: './specs/setup.mjs'`,
      expected: { playwright: { exit: 1, ran: 0 }, greenlight: unclear('no licence') },
    },
    {
      id: 'tear-down-throws',
      title: 'The global tear-down throws',
      files: { 'teardown.mjs': `export default () => { throw new Error('cannot clean up'); };` },
      config: `globalTeardown: './specs/teardown.mjs'`,
      expected: { playwright: { exit: 1, ran: 2 }, greenlight: unclear('cannot clean up') },
    },
    {
      id: 'configuration-throws',
      title: 'The Playwright configuration throws',
      configPrelude: `throw new Error('no configuration today');`,
      expected: { playwright: { exit: 1, ran: 0 }, greenlight: unclear('no configuration today') },
    },
    {
      id: 'reporter-missing',
      title: 'A configured reporter does not exist',
      reporter: 'specs/nowhere.mjs',
      expected: { playwright: { exit: 1, ran: 0 }, greenlight: unclear('nowhere.mjs') },
    },
    {
      id: 'plan-throws',
      title: 'The plan throws',
      planFile: `throw new Error('no plan today');`,
      playwrightArgs: null,
      expected: {
        playwright: null,
        greenlight: { exit: 64, decision: 'INCONCLUSIVE', says: 'no plan today' },
      },
    },
    {
      id: 'spec-unreadable',
      title: 'A spec with a syntax error',
      files: { 'another.spec.mts': 'this is no code' },
      expected: { playwright: { exit: 1, ran: 0 }, greenlight: unclear('another.spec.mts') },
    },
    {
      id: 'no-match',
      title: '`--grep` matches nothing',
      playwrightArgs: ['--grep', 'ZZZ'],
      greenlightArgs: ['--grep', 'ZZZ'],
      expected: { playwright: { exit: 1, ran: 0 }, greenlight: unclear('--grep') },
    },
    {
      id: 'worker-ends',
      title: '`process.exit(0)` in a test',
      spec: `${HOME} ${total('await total(request); process.exit(0);')}`,
      expected: { playwright: { exit: 1, ran: 2 }, greenlight: unclear('total-is-right') },
    },
    {
      id: 'worker-killed',
      title: 'The worker is killed',
      spec: `${HOME} ${total(`await total(request); process.kill(process.pid, 'SIGKILL'); await new Promise(() => {});`)}`,
      expected: { playwright: { exit: 1, ran: 2 }, greenlight: unclear('SIGKILL') },
    },
    {
      id: 'out-of-memory',
      title: 'The worker runs out of memory',
      configPrelude: `process.execArgv.push('--max-old-space-size=64');`,
      spec: `${HOME} ${total('await total(request); const all: number[][] = []; for (;;) all.push(Array.from({ length: 100_000 }, (_, i) => i + 0.5));')}`,
      expected: { playwright: { exit: 1, ran: 2 }, greenlight: unclear('total-is-right') },
    },
    {
      id: 'late-rejection',
      title: 'A promise that nobody awaited is rejected',
      spec: `${HOME} ${total(`expect(await total(request)).toBe(10); setTimeout(() => void Promise.reject(new Error('too late')), 0); await new Promise((done) => setTimeout(done, 200));`)}`,
      expected: { playwright: { exit: 1, ran: 2 }, greenlight: unclear('too late') },
    },
  ],
};
