import type { Probe } from '../../contract/plan/probe.ts';
import { type Identity, isNobody } from '../../contract/plan/probes/guards.ts';
import type { TwinRequest } from '../../contract/plan/probes/twin-request.ts';
import type { Statement } from '../../contract/flow/statement.ts';
import { CannotTell } from '../cannot-tell.ts';
import type { Probed } from '../probe-finding.ts';
import { askNew, askOld, nameOf, type TwinHeaders, type TwinTools } from './ask-twins.ts';

type GuardsProbe = Extract<Probe, { kind: 'guards' }>;

interface Seen {
  readonly old: number;
  /** `undefined` when new gave no answer. */
  readonly new: number | undefined;
}

/**
 * Asks every route as every identity, and compares the classes of status. An identity that old treats like somebody who
 * is not logged in proves nothing: its credentials may have expired, and then both sides refuse it alike.
 * @param headersOf the headers of an identity, with their secrets read
 */
export async function probeGuards(
  probe: GuardsProbe,
  headersOf: (identity: Identity) => TwinHeaders,
  tools: TwinTools,
): Promise<Probed> {
  const statements: Statement[] = [];
  const seen = new Map<string, Seen[]>(probe.identities.map(({ name }) => [name, []]));
  const unclear: CannotTell[] = [];
  for (const route of probe.routes) {
    const byIdentity: { readonly name: string; readonly seen: Seen }[] = [];
    for (const identity of probe.identities) {
      try {
        const one = await askBoth(route, headersOf(identity), probe, tools);
        byIdentity.push({ name: identity.name, seen: one });
        seen.get(identity.name)?.push(one);
      } catch (error) {
        // A route that cannot be told must not hide that another one is open.
        if (!(error instanceof CannotTell)) throw error;
        unclear.push(error);
      }
    }
    if (byIdentity.length === 0) continue;
    statements.push({
      name: nameOf(route),
      ok: byIdentity.every((one) => classOf(one.seen.new) === classOf(one.seen.old)),
      measured: byIdentity.map((one) => `${one.name} ${one.seen.new ?? 'no answer'}`).join(', '),
      expected: byIdentity.map((one) => `${one.name} ${one.seen.old}`).join(', '),
    });
  }
  const wrong = statements.filter(({ ok }) => !ok);
  const [first] = wrong;
  if (first === undefined) {
    const [doubt] = unclear;
    if (doubt !== undefined) throw doubt;
    refuseBlindIdentities(probe, seen);
  }
  const asked = probe.routes.length * probe.identities.length;
  return {
    statements,
    holds: `${probe.routes.length} routes let in and refuse ${probe.identities.length} identities as old does`,
    ...(first === undefined
      ? {}
      : {
          wrong: `${wrong.length} of ${probe.routes.length} routes are guarded otherwise than on old; ${first.name}: ${String(first.measured)}, on old ${String(first.expected)}`,
        }),
    cause: 'guards-differ',
    sampleSize: asked,
  };
}

async function askBoth(
  route: TwinRequest,
  headers: TwinHeaders,
  probe: GuardsProbe,
  tools: TwinTools,
): Promise<Seen> {
  const old = await askOld(route, headers, probe, tools);
  const asked = await askNew(route, headers, probe, tools);
  return { old: old.status, new: 'none' in asked ? undefined : asked.answer.status };
}

function refuseBlindIdentities(probe: GuardsProbe, seen: ReadonlyMap<string, readonly Seen[]>): void {
  const nobody = probe.identities.find(isNobody);
  const refused = seen.get(nobody?.name ?? '') ?? [];
  const blind = probe.identities
    .filter((identity) => identity !== nobody)
    .filter(({ name }) =>
      (seen.get(name) ?? []).every((one, index) => classOf(one.old) === classOf(refused[index]?.old)),
    );
  const [first] = blind;
  if (first === undefined) return;
  throw new CannotTell(
    'identity-not-told-apart',
    `old treats "${first.name}" on every route like somebody who is not logged in, so nothing shows that its credentials work`,
    { remedy: `renew the credentials of "${first.name}", or add a route that lets it in` },
  );
}

/** 2 for all of 2xx. */
function classOf(status: number | undefined): number | undefined {
  return status === undefined ? undefined : Math.floor(status / 100);
}
