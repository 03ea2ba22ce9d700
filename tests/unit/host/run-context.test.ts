import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  currentPhase,
  loadRunContext,
  planOfThisRun,
  runId,
  stateDirectory,
} from '../../../host/run-context.ts';

let directory: string;
let file: string;
const context = {
  id: 'r1',
  nonce: 'n1',
  phase: 'synthetic',
  planFile: '/plans/greenlight.config.ts',
  wanted: null,
  runDirectory: '/runs/r1',
  stateDirectory: '/state',
  session: 0,
};
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'greenlight-context-'));
  file = join(directory, 'run.json');
  writeFileSync(file, JSON.stringify(context));
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

describe('with a run context', () => {
  test('everything comes from it, whatever the environment says', () => {
    const env = { GREENLIGHT_RUN: file, GREENLIGHT_PHASE: 'watch', GREENLIGHT_PLAN: '/other' };
    expect(loadRunContext(env)).toEqual(context);
    expect([currentPhase(env), stateDirectory(env), runId(env)]).toEqual(['synthetic', '/state', 'r1']);
  });
  test('one that cannot be used is an error, never a guess', () => {
    expect(() => currentPhase({ GREENLIGHT_RUN: join(directory, 'none.json') })).toThrow('cannot be used');
  });
});

describe('by hand', () => {
  test('the defaults', () => {
    expect(loadRunContext({})).toBeUndefined();
    expect(currentPhase({})).toBe('post-cutover');
    expect(stateDirectory({})).toBe(join(process.cwd(), '.greenlight'));
    expect(stateDirectory({ GREENLIGHT_PLAN: '/plans/p.ts' })).toBe('/plans/.greenlight');
  });
  test('an unknown phase is an error with the known ones', () => {
    expect(() => currentPhase({ GREENLIGHT_PHASE: 'later' })).toThrow('"later", which is no phase');
  });
  test('one run id is made and kept', () => {
    const env: NodeJS.ProcessEnv = {};
    expect(runId(env)).toMatch(/^hand[0-9a-f]{8}$/);
    expect(runId(env)).toBe(env['GREENLIGHT_RUN_ID']);
  });
});

describe('the plan of this run', () => {
  const plan = (name: string, text: string): { GREENLIGHT_PLAN: string } => {
    writeFileSync(join(directory, name), text);
    return { GREENLIGHT_PLAN: join(directory, name) };
  };
  const valid = `{ target: { name: 'shop', urls: { app: 'http://127.0.0.1:1' } }, policy: {},
    probes: [{ kind: 'endpoints', id: 'pages-answer', title: 'Pages', paths: ['/'] }] }`;
  test('is loaded and checked', async () => {
    const loaded = await planOfThisRun(plan('good.mjs', `export default ${valid}`));
    expect(loaded.target.name).toBe('shop');
  });
  test('is loaded from a compiled CommonJS module', async () => {
    const text = `Object.defineProperty(exports, '__esModule', { value: true }); exports.default = ${valid};`;
    expect((await planOfThisRun(plan('good.cjs', text))).target.name).toBe('shop');
  });
  test.each([
    ['not named', () => ({}), 'PLAN_NOT_FOUND'],
    ['throwing', () => plan('bad.mjs', 'throw new Error("no")'), 'PLAN_UNREADABLE'],
    ['wrong', () => plan('wrong.mjs', 'export default {}'), 'PLAN_INVALID'],
  ])('%s is an error', async (_name, env, code) => {
    await expect(planOfThisRun(env())).rejects.toMatchObject({ code });
  });
});
