import type { Decision } from '../../contract/evidence/outcome.ts';
import type { Target } from '../e2e/project.ts';
import type { Databases } from './databases.ts';

/** What the target says to a path; `times` counts the questions for it, from 1. Undefined: what it usually says. */
export type Serve = (path: string, times: number) => ReturnType<Target['answer']> | undefined;

/**
 * One thing that goes wrong, on a project of two checks: `home-answers`, which always passes, and `total-is-right`,
 * which a broken target fails. The same project is given to Playwright alone and to Greenlight. A hazard with a plan of
 * its own (`ownPlan`) has the checks of that plan instead.
 */
export interface Hazard {
  readonly id: string;
  /** What happens, as the first column of the page says it. */
  readonly title: string;
  /** What the target is while it happens; `recovering` is wrong once and right from then on. Default: `healthy`. */
  readonly target?: 'healthy' | 'broken' | 'recovering' | 'down';
  /** Nothing is wrong, whatever it looks like: the twin of another row, and the only kind that may end in GO. */
  readonly fine?: true;
  readonly serve?: Serve;
  /** Two databases; the environment has their addresses as OLD_DATABASE_URL and NEW_DATABASE_URL. */
  readonly databases?: Databases;
  /** The specs, instead of the usual ones. `check`, `test`, `expect` and `url` are there. */
  readonly spec?: string;
  /** The specs for Playwright alone, where Greenlight has no spec for it. */
  readonly plainSpec?: string;
  /** More files of the project, by path. */
  readonly files?: Readonly<Record<string, string>>;
  /** Source before the Playwright configuration. */
  readonly configPrelude?: string;
  /** Members of the Playwright configuration. */
  readonly config?: string;
  /** The same for Playwright alone. */
  readonly plainConfig?: string;
  /** Path of a reporter that the project adds to its configuration. */
  readonly reporter?: string;
  /** Members of the plan, and of its target. */
  readonly plan?: string;
  readonly planTarget?: string;
  /** The whole plan file; its flows, probes, tables and load are checks besides the own ones of the specs. */
  readonly planFile?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Arguments for Playwright alone; null where nothing like it exists. */
  readonly playwrightArgs?: readonly string[] | null;
  readonly greenlightArgs?: readonly string[];
  /** Sent to the command once the target was asked for `/slow`; SIGSTOP to all that it started, for eight seconds. */
  readonly signal?: NodeJS.Signals;
  /** A method that the target must not be asked with. */
  readonly never?: 'POST';
  /** After the run: a change of its files, and a command whose answer counts instead. */
  readonly then?: { readonly change: (directory: string) => void; readonly args: readonly string[] };
  /** Changes the project before the run; returns what undoes it. */
  readonly prepare?: (directory: string) => () => void;
  readonly needs?: 'mount';
  readonly expected: Expected;
}

/** What both must answer. */
export interface Expected {
  /** Exit code, or the signal that ended it; how many of the two checks asked the target. Null: nothing like it exists. */
  readonly playwright: { readonly exit: number | NodeJS.Signals; readonly ran: number } | null;
  readonly greenlight: {
    readonly exit: number | NodeJS.Signals;
    /** Null: the command makes no verdict, and what it prints are the reasons. */
    readonly decision: Decision | null;
    /** What the verdict's reasons must name. */
    readonly says: string;
  };
}

/** Hazards that belong together, with what holds for all of them. */
export interface HazardGroup {
  readonly title: string;
  readonly lead: string;
  readonly hazards: readonly Hazard[];
}

/** The first check; it always passes. */
export const HOME = `check('home-answers', async ({ request }) => {
  expect((await request.get(url('/home'))).status()).toBe(200);
});`;

/** The second check, or another body of it. `total()` asks the target. */
export function total(body = `expect(await total(request)).toBe(10);`): string {
  return `check('total-is-right', async ({ request }) => { ${body} });`;
}

/** What a hazard has whose plan is its own. Playwright alone has no flows, tables, ledger or load. */
export function ownPlan(members: string, target = ''): Pick<Hazard, 'planFile' | 'spec' | 'playwrightArgs'> {
  return {
    planFile: `import { defineConfig, equal, flow, secret } from 'greenlight';
import { z } from 'zod';
void equal, flow, secret, z;
export default defineConfig({
  target: { name: 'shop', urls: { app: process.env.TARGET_URL! }, ${target} },
  workers: 1, ${members} });`,
    spec: '',
    playwrightArgs: null,
  };
}

type Answers = (says: string) => Expected;

/** What Greenlight alone answers; `says` must be in a reason. */
export const answersGo: Answers = (says) => expects(0, 'GO', says);
export const answersNoGo: Answers = (says) => expects(10, 'NO_GO', says);
export const answersUnclear: Answers = (says) => expects(20, 'INCONCLUSIVE', says);
/** The end of a command that makes no verdict. */
export const printsAndEnds = (exit: number, says: string): Expected => expects(exit, null, says);

function expects(exit: number, decision: Decision | null, says: string): Expected {
  return { playwright: null, greenlight: { exit, decision, says } };
}
