import type { Decision } from '../../contract/outcome.ts';

/**
 * One thing that goes wrong, on a project of two checks: `home-answers`, which always passes, and `total-is-right`,
 * which a broken target fails. The same project is given to Playwright alone and to Greenlight.
 */
export interface Hazard {
  readonly id: string;
  /** What happens, as the first column of the page says it. */
  readonly title: string;
  /** What the target is while it happens; `recovering` is wrong once and right from then on. Default: `healthy`. */
  readonly target?: 'healthy' | 'broken' | 'recovering' | 'down';
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
  /** The whole plan file. */
  readonly planFile?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Arguments for Playwright alone; null where nothing like it exists. */
  readonly playwrightArgs?: readonly string[] | null;
  readonly greenlightArgs?: readonly string[];
  /** Sent to the command once the target was asked for `/slow`. */
  readonly signal?: NodeJS.Signals;
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
    readonly decision: Decision;
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
