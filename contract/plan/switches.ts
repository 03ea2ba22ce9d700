import { z } from 'zod';
import type { Problem } from '../errors.ts';
import type { RequestSpec } from '../flow/request.ts';
import { list, type Loose, object } from '../flow/loose.ts';
import { readHeaders } from './headers.ts';
import { endpoint, headers } from './probes/probe-kind.ts';
import { endpointProblems } from './probes/sources.ts';
import type { SecretString } from './secret.ts';

/** A request that turns something. */
export const Turn = z.strictObject({
  /** How it is sent. */
  method: z.enum(['POST', 'PUT', 'PATCH', 'DELETE']).default('POST'),
  /** Absolute path, with its query. */
  path: z.string().startsWith('/'),
  /** Body, sent as JSON. */
  json: z.json().optional(),
});
export type Turn = z.infer<typeof Turn>;

/** Where such requests go. */
export const turned = { ...endpoint, ...headers };

/**
 * What entries of the ledger are called that stand for something that a check turned: their identity is its name and the
 * state to put back, `rate_limiting_enabled=on`.
 */
export const SWITCH_KIND = 'switch';

/** The identity of such an entry. */
export function switchIdentity(name: string, before: string): string {
  return `${name}=${before}`;
}

/** What such an identity says: what was turned, from which state, and into which. */
export function switchOf(identity: string): {
  readonly name: string;
  readonly before: string;
  /** Undefined for a state from which nothing is turned. */
  readonly turnedTo: string | undefined;
  /** The states in which it may be while nobody else has set it: that one, and what follows on it by itself. */
  readonly ours: readonly string[];
} {
  const at = identity.lastIndexOf('=');
  const before = identity.slice(at + 1);
  const turnedTo = TURNED_TO.get(before);
  const ours = turnedTo === undefined ? [] : [turnedTo, ...(FOLLOWS_ON.get(turnedTo) ?? [])];
  return { name: identity.slice(0, at), before, turnedTo, ours };
}

/** Into which state something is turned, by the one in which it was found. */
const TURNED_TO: ReadonlyMap<string, string> = new Map([
  ['on', 'off'],
  ['off', 'on'],
  ['closed', 'open'],
]);

/** An open breaker lets something through after a while, to see whether it may close. */
const FOLLOWS_ON: ReadonlyMap<string, readonly string[]> = new Map([['open', ['half-open']]]);

interface Switchable {
  readonly kind: string;
  readonly id: string;
  readonly toggle?: (Place & { readonly flag: string; readonly on: Turn; readonly off: Turn }) | undefined;
  readonly trial?: (Place & { readonly provider: string; readonly reset: Turn }) | undefined;
}
interface Place {
  readonly endpoint: string;
  readonly headers?: Readonly<Record<string, SecretString>> | undefined;
}

/**
 * The request that puts back what an entry of the ledger stands for.
 * @param read gives the text of a value, its secret read
 * @returns why there is none, where the plan does not say it any more
 */
export function putBackRequest(
  probes: readonly Switchable[],
  entry: { readonly check: string; readonly identity: string },
  read: (value: SecretString) => string,
): RequestSpec | { readonly failed: string } {
  const probe = probes.find(({ id }) => id === entry.check);
  const { name, before } = switchOf(entry.identity);
  const found = turnFor(probe, name, before);
  if (found === undefined)
    return {
      failed: `the plan does not say any more, in the probe "${entry.check}", how "${name}" is turned`,
    };
  const [place, { method, path, json }] = found;
  return {
    method,
    path,
    endpoint: place.endpoint,
    headers: readHeaders(place.headers, read),
    ...(json !== undefined && { json }),
  };
}

function turnFor(
  probe: Switchable | undefined,
  name: string,
  state: string,
): readonly [Place, Turn] | undefined {
  const { toggle, trial } = probe ?? {};
  if (toggle?.flag === name) return [toggle, state === 'on' ? toggle.on : toggle.off];
  if (trial?.provider === name) return [trial, trial.reset];
  return undefined;
}

/**
 * What forbids turning something: the plan must name it.
 * @param path of the key that names it
 */
export function turnProblems(
  plan: Loose,
  permission: 'flags' | 'breakers',
  name: string,
  endpointName: string,
  path: string,
): readonly Problem[] {
  const key = permission === 'flags' ? 'flag' : 'provider';
  const allowed = list(object(plan['allow'])[permission]).includes(name);
  return [
    ...endpointProblems(plan, endpointName, `${path}.endpoint`),
    ...(allowed
      ? []
      : [
          {
            path: `${path}.${key}`,
            value: JSON.stringify(name),
            problem: 'would be turned on the target, and the plan does not allow it',
            remedy: `add it deliberately: allow: { ${permission}: [${JSON.stringify(name)}] }`,
          },
        ]),
  ];
}
