import type { Finding } from '../../../contract/evidence/finding.ts';
import { flow } from '../../../contract/flow/flow.ts';
import { createHttpApplication } from '../../../safety/http-application.ts';
import { createControl } from '../../../suites/control.ts';
import { runFlow } from '../../../suites/flows/run-flow.ts';

// Trust is read when a process starts, so whoever wants another one starts this with a list of what is asked, as JSON.
const asked = JSON.parse(process.argv[2] ?? '') as readonly { name: string; url: string; control?: string }[];
const findings: Record<string, Finding> = {};
for (const { name, url, control } of asked) {
  findings[name] = await runFlow({
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
}
console.log(JSON.stringify(findings));
