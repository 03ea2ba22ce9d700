import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Phase } from '../../contract/evidence/outcome.ts';
import { type Application, startApplication } from '../system/application.ts';
import {
  type ApplicationInsights,
  startApplicationInsights,
  type Telemetry,
} from '../system/application-insights.ts';
import type { Scene, SceneOptions } from '../system/example.ts';
import { type ProgramStandIn, standInProgram } from '../system/program-stand-in.ts';
import { collection, document, functionKey, health } from '../system/routes.ts';
import { systemState } from '../system/state.ts';
import { memoryStore } from '../system/store.ts';
import { AZURE_ANSWERS } from './azure-answers.ts';

const KEY = 'stand-in-function-key';
const OLD = { version: '80.4.0', commit: '1f0e8c2' };
const NEW = { version: '81.0.0', commit: '9ab34d1' };

/** The two slots, and what stands around them. */
export interface MhpScene extends Scene {
  readonly staging: Application;
  readonly production: Application;
  readonly insights: ApplicationInsights;
  readonly az: ProgramStandIn;
  /** When the swap of this phase is said to have been complete, in seconds since 1970. */
  swappedAtS: () => number;
  /** Whether the next swap swaps; a fault says no. */
  swapWorks: boolean;
  /** Puts a test that fails into the suite of the repository. */
  suiteFails: (fails: boolean) => void;
}

/** Two slots of an Azure Functions app, Application Insights and `az`, all of them stand-ins. */
export async function startScene({ directory }: SceneOptions): Promise<MhpScene> {
  const store = memoryStore();
  const guard = functionKey(KEY);
  const routes = [
    health('/api/health'),
    document('/api/guidelines', { guidelines: ['logo', 'colour', 'typeface'] }, guard),
    document('/api/compliance/summary', { checked: 128, compliant: 121, score: 94.5 }, guard),
    document('/api/analytics/usage', { activeUsers: 42 }, guard),
    ...collection({
      path: '/api/checks',
      kind: 'checks',
      by: 'asset',
      store,
      guard,
      accept: ({ asset }) => (typeof asset === 'string' ? { asset, score: 97, violations: 1 } : undefined),
    }),
  ];
  const slot = (environment: string, release: typeof OLD): Promise<Application> =>
    startApplication({ routes, state: systemState({ release, environment, services: { storage: 'ok' } }) });
  let phase: Phase = 'preflight';
  const startedS = Date.now() / 1000;
  const swappedAtS = (): number => startedS - (MINUTES_SINCE_SWAP[phase] ?? 0) * 60;
  const [staging, production, insights] = await Promise.all([
    slot('staging', NEW),
    slot('production', OLD),
    startApplicationInsights(() => telemetry(swappedAtS())),
  ]);
  const az = standInProgram(path.join(directory, 'bin'), 'az', AZURE_ANSWERS);
  const repository = path.join(directory, 'repository');
  const suiteFails = writeRepository(repository);
  const scene: MhpScene = {
    staging,
    production,
    insights,
    az,
    swappedAtS,
    statements: path.join(directory, 'statements.jsonl'),
    swapWorks: true,
    suiteFails,
    env: () => ({
      MHP_URL: (phase === 'preflight' ? staging : production).url,
      MHP_FUNCTION_KEY: KEY,
      MHP_LOGS_WORKSPACE: insights.workspace,
      MHP_LOGS_TOKEN: insights.token,
      MHP_LOGS_URL: insights.url,
      ...(phase === 'preflight' ? {} : { MHP_SWAPPED_AT: new Date(swappedAtS() * 1000).toISOString() }),
      MHP_REPOSITORY: repository,
      MHP_STATEMENTS: path.join(directory, 'statements.jsonl'),
      PATH: `${az.bin}${path.delimiter}${process.env['PATH'] ?? ''}`,
    }),
    wanted: (of) => {
      const { version, commit } = of === 'rollback' ? OLD : NEW;
      return { release: version, commit };
    },
    enter: async (next) => {
      phase = next;
      // Before the swap the new release is on staging; a swap back exchanges them again.
      const wanted = next === 'preflight' || next === 'rollback' ? OLD : NEW;
      if (scene.swapWorks && production.state.release !== wanted) swap(staging, production);
    },
    close: async () => {
      await Promise.all([staging.close(), production.close(), insights.close()]);
    },
  };
  return scene;
}

/** What runs in the slots is exchanged; their addresses and settings stay. */
export function swap(one: Application, other: Application): void {
  [one.state.release, other.state.release] = [other.state.release, one.state.release];
}

const ROLE = { AppRoleName: 'mhpbrandfunctions38e5971a' };

/** A past that is made up, because levels look back on it: the pipeline waits ten minutes, and a watch lasts for hours. */
const MINUTES_SINCE_SWAP: Partial<Record<Phase, number>> = { 'post-cutover': 12, watch: 90 };

/** The requests of one release. */
interface Requests {
  /** Of 200 a minute so many fail, in one of so many minutes. */
  readonly failed: number;
  readonly everyMinutes: number;
  readonly durationMs: number;
}
/** One failure in ten minutes. */
export const GOOD: Requests = { failed: 1, everyMinutes: 10, durationMs: 120 };
/** What the old release did until the swap: nothing of that may be held against the new one. */
const BAD: Requests = { failed: 10, everyMinutes: 1, durationMs: 700 };

/** 200 requests a minute, of the old release until the swap and of the new one since, and an availability test. */
export function telemetry(
  swappedAtS: number,
  { old = BAD, next = {} }: { readonly old?: Requests; readonly next?: Partial<Requests> } = {},
): readonly Telemetry[] {
  const requests = (
    { failed, everyMinutes, durationMs }: Requests,
    when: Pick<Telemetry, 'fromS' | 'untilS'>,
  ): readonly Telemetry[] => {
    const row = { table: 'AppRequests', durationMs, ...when };
    return [
      { ...row, columns: { ...ROLE, Success: 'true' }, rows: 200 },
      { ...row, columns: { ...ROLE, Success: 'false' }, rows: failed, everyMinutes },
    ];
  };
  return [
    ...requests(old, { untilS: swappedAtS }),
    ...requests({ ...GOOD, ...next }, { fromS: swappedAtS }),
    // Azure spreads its locations: five of them, each every five minutes, are one test a minute.
    { table: 'AppAvailabilityResults', columns: { Success: 'true' }, rows: 1, everyMinutes: 1 },
    { table: 'AppPerformanceCounters', columns: { ...ROLE, Name: '% Processor Time' }, rows: 1, value: 31 },
    { table: 'AppPerformanceCounters', columns: { ...ROLE, Name: 'Private Bytes' }, rows: 1, value: 4e8 },
  ];
}

/** The repository whose suite the document calls: as small as one can be. */
function writeRepository(directory: string): (fails: boolean) => void {
  mkdirSync(directory, { recursive: true });
  writeFileSync(
    path.join(directory, 'package.json'),
    JSON.stringify({ name: 'mhp', private: true, scripts: { 'test:e2e:staging': 'node suite.cjs' } }),
  );
  const write = (fails: boolean): void => writeFileSync(path.join(directory, 'suite.cjs'), suite(fails));
  write(false);
  return write;
}

const suite = (fails: boolean): string => `
const { mkdirSync, writeFileSync } = require('node:fs');
const tests = ['guidelines', 'checks', 'compliance'].map((name) => ({ name, status: 'passed', duration: 5 }));
if (${fails}) tests[1].status = 'failed';
const count = (status) => tests.filter((test) => test.status === status).length;
const now = Date.now();
mkdirSync('test-results', { recursive: true });
writeFileSync('test-results/staging.ctrf.json', JSON.stringify({
  reportFormat: 'CTRF', specVersion: '0.0.0',
  results: { tool: { name: 'stand-in' }, summary: { tests: tests.length, passed: count('passed'), failed: count('failed'),
    pending: 0, skipped: 0, other: 0, start: now, stop: now }, tests } }));
process.exitCode = ${fails} ? 1 : 0;
`;
