import { checksOf } from '../contract/plan/checks.ts';
import { Phase } from '../contract/evidence/outcome.ts';
import type { Plan } from '../contract/plan/plan.ts';
import type { Release } from '../contract/plan/release.ts';

// On globalThis, because Playwright may load this module twice: once for its configuration, once for its reporters.
const REGISTRY = Symbol.for('greenlight.identities');

function registry(): Set<string> {
  const holder = globalThis as { [REGISTRY]?: Set<string> };
  return (holder[REGISTRY] ??= new Set());
}

/**
 * Makes known what says which target, release, run and check an answer is about. No redactor of this process masks it:
 * a verdict about `[redacted]` answers nothing.
 */
export function keepIdentities(values: readonly string[]): void {
  for (const value of values) if (value !== '') registry().add(value);
}

/** All that was made known in this process. */
export function keptIdentities(): ReadonlySet<string> {
  return registry();
}

/** What identifies the target of a plan and its checks: names, hosts, ids. */
export function identitiesOf(plan: Plan): readonly string[] {
  const hosts = [...Object.values(plan.target.urls), ...Object.values(plan.target.old?.urls ?? {})].flatMap(
    hostOf,
  );
  const checks = Phase.options.flatMap((phase) => checksOf(plan, phase).map(({ id }) => id));
  return [...new Set([plan.target.name, ...hosts, ...checks])];
}

function hostOf(url: string): readonly string[] {
  try {
    const { host, hostname } = new URL(url);
    return [host, hostname];
  } catch {
    return []; // Its own check names it.
  }
}

/** What identifies a run and the release that it is about. */
export function namesOfRun({
  id,
  nonce,
  wanted,
}: {
  readonly id: string;
  readonly nonce: string;
  readonly wanted: Release | null;
}): readonly string[] {
  return [id, nonce, ...(wanted === null ? [] : [wanted.id, wanted.commit ?? '', wanted.artifact ?? ''])];
}
