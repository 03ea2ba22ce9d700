import { GreenlightError, type Problem } from '../contract/errors.ts';
import type { WireRequest } from '../contract/flow/http.ts';
import type { Plan } from '../contract/plan/plan.ts';
import { planLeaves, secretNames } from './secrets.ts';

// A publishable live key is public, but a plan that holds one would pay in live mode, so it is refused as well.
const LIVE_KEY = /(?<![A-Za-z0-9])((?:sk|rk|pk)_live_)[A-Za-z0-9]/;

/** The kind of live payment key that a text holds (`sk_live_`...), also inside Basic credentials; undefined without one. */
export function liveKeyIn(text: string): string | undefined {
  const plain = LIVE_KEY.exec(text);
  if (plain) return plain[1];
  for (const [, encoded] of text.matchAll(/\bBasic\s+([A-Za-z0-9+/_-]{8,}={0,2})/gi)) {
    const inner = LIVE_KEY.exec(Buffer.from(encoded ?? '', 'base64').toString('latin1'));
    if (inner) return inner[1];
  }
  return undefined;
}

/**
 * Refuses a plan that holds, or refers to, a live-mode payment key. Called before anything is sent.
 * @throws GreenlightError LIVE_KEY that names every place and never the key
 */
export function refuseLiveKeys(plan: Plan, env: NodeJS.ProcessEnv = process.env): void {
  const problems: Problem[] = [];
  const look = (path: string, text: string | undefined): void => {
    const kind = text === undefined ? undefined : liveKeyIn(text);
    if (kind === undefined) return;
    problems.push({
      path,
      value: `${kind}…`,
      problem: 'is a live key: real money would move',
      remedy: `use the test-mode key (${kind.replace('live', 'test')}…) of the same account`,
    });
  };
  for (const { path, value } of planLeaves(plan)) if (typeof value === 'string') look(path, value);
  for (const name of secretNames(plan)) look(`environment variable ${name}`, env[name]);
  if (problems.length > 0) {
    throw new GreenlightError('LIVE_KEY', `${problems.length} in the plan or its environment`, { problems });
  }
}

/**
 * The last guard, for keys that are only known when a request is built.
 * @throws GreenlightError LIVE_KEY when its URL, headers or body hold one; nothing is sent then
 */
export function refuseLiveRequest(request: WireRequest): void {
  const texts = [request.url, ...Object.values(request.headers), request.body ?? ''];
  const kind = texts.map(liveKeyIn).find((found) => found !== undefined);
  if (kind !== undefined) {
    throw new GreenlightError('LIVE_KEY', `a ${request.method} request would carry a ${kind}… key`);
  }
}
