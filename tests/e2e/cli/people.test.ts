import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Verdict } from '../../../contract/verdict/verdict.ts';
import { keptLine } from '../../../signing/kept-statement.ts';
import { readSigningKey } from '../../../signing/key-file.ts';
import { DIST } from '../../installed.ts';
import {
  type CliProject,
  cliProject,
  type CommandEnd,
  greenlight,
  probe,
  startTarget,
  type Target,
} from '../project.ts';

let target: Target;
let project: CliProject;
beforeEach(async () => {
  target = await startTarget();
  project = cliProject(target.url, '');
});
afterEach(async () => {
  project.remove();
  await target.close();
});

const run = (...args: string[]): Promise<CommandEnd> => greenlight(project.directory, args);
const judged = (end: CommandEnd): Verdict => JSON.parse(end.out) as Verdict;
const FILE = (): string => path.join(project.directory, 'greenlight-statements.jsonl');

test('a statement is given before the run, is carried over, grows too old, and no edited file is believed', async () => {
  const made = await run('keygen', '--out', 'bo');
  const key = /key id +(\w+)/.exec(made.out)?.[1] ?? '';
  const plan = (maxAge: string): void =>
    project.write(
      'greenlight.config.mjs',
      `import { defineConfig } from '${DIST}/contract/index.js';
       export default defineConfig({
         target: { name: 'shop', urls: { app: '${target.url}' }, release: { path: '/release', id: 'id' } },
         workers: 1,
         probes: [${probe('pages-answer')}],
         people: {
           roles: [{ role: 'DBA', members: [{ name: 'Bo', contact: '#dba', key: '${key}' }] }],
           sections: [{ id: 'pre-flight', title: 'Pre-flight', statements: [
             { id: 'rollback-tested', title: 'The roll-back was tested', role: 'DBA', maxAge: '${maxAge}' },
           ] }],
         },
       });`,
    );
  plan('7d');
  target.answer = (at) => ({ status: 200, body: at === '/release' ? '{"id":"2.4.0"}' : 'hello' });
  const RUN = ['run', '--release', '2.4.0', '--json'];

  const missing = await run(...RUN);
  expect(missing.code, missing.err).toBe(20);
  expect(judged(missing).reason).toContain('nobody with the role DBA has attested');
  expect(judged(missing).reason).toContain('Bo (#dba)');

  const said = ['--id', 'rollback-tested', '--decision', 'attested', '--name', 'Bo', '--role', 'DBA'];
  const signed = ['--release', '2.4.0', '--key', 'bo.key.pem', '--no-judge'];
  const attested = await run('attest', ...said, ...signed);
  expect(attested.code, attested.err).toBe(0);
  const go = await run(...RUN);
  expect(go.code, go.out).toBe(0);
  expect(judged(go).attestations).toMatchObject([{ state: 'attested', by: { name: 'Bo', key } }]);
  // The evidence holds all that was judged: no file is needed to judge it again.
  const again = await run('judge', 'greenlight-report/evidence.json', '--json');
  expect(again.out).toBe(go.out);

  const lines = readFileSync(FILE(), 'utf8');
  const old = keptLine(
    {
      id: 'rollback-tested',
      decision: 'attested',
      name: 'Bo',
      role: 'DBA',
      at: new Date(Date.now() - 8 * 24 * 3600_000).toISOString(),
      comment: '',
      seen: [],
      target: 'shop',
      release: { id: '2.4.0' },
      run: null,
    },
    readSigningKey(path.join(project.directory, 'bo.key.pem')),
  );
  writeFileSync(FILE(), `${JSON.stringify(old)}\n`);
  const late = await run(...RUN);
  expect(late.code, late.out).toBe(20);
  expect(judged(late).reason).toMatch(/Bo \(DBA\).*too old since/);

  const asked = target.requests.length;
  writeFileSync(FILE(), lines.replace('"release":{"id":"2.4.0"}', '"release":{"id":"2.4.1"}'));
  const forged = await run('run', '--release', '2.4.1', '--json');
  expect(forged.code).toBe(20);
  expect(forged.err).toContain('line 2: was edited after it was signed');
  expect(target.requests.length).toBe(asked);
});
