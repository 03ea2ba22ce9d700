import { flow } from '../../../contract/flow/flow.ts';
import { createHttpApplication } from '../../../safety/http-application.ts';
import { createControl } from '../../../suites/control.ts';
import { runFlow } from '../../../suites/flows/run-flow.ts';

// Trust is read when a process starts, so whoever wants another one starts this: `ask-once.ts <url> [<control>]`.
const [, , url = '', control] = process.argv;
const finding = await runFlow({
  check: 'asked',
  flow: flow('asked', { title: 'It answers' }).request('ask', {
    request: () => ({ method: 'GET', path: '/' }),
  }),
  startedAt: Date.now(),
  urls: { app: url },
  budgetMs: 20_000,
  context: { unique: () => 'gl-1', data: {}, secret: () => '' },
  application: createHttpApplication(),
  port: () => {
    throw new Error('no port');
  },
  openPage: async () => Promise.reject(new Error('no browser')),
  closePage: async () => undefined,
  recordCreated: async () => undefined,
  control: createControl(control),
});
console.log(JSON.stringify(finding));
