import { allHold } from '../../contract/flow/evaluate.ts';
import { readHeaders } from '../../contract/plan/headers.ts';
import type { Identity, Probe } from '../../contract/plan/probe.ts';
import type { SecretString } from '../../contract/plan/secret.ts';
import { resolveSecret } from '../../safety/secrets.ts';
import { webhookSigners } from '../adapters/webhooks/index.ts';
import { CannotTell } from '../cannot-tell.ts';
import type { TwinHeaders, TwinTools } from '../parity/ask-twins.ts';
import { probeGuards } from '../parity/guards-probe.ts';
import { logInOnBoth, type LogInTools } from '../parity/log-in.ts';
import { probeParity } from '../parity/parity-probe.ts';
import type { Probed } from '../probe-finding.ts';
import { probeEndpoints } from './endpoints-probe.ts';
import { probeHealth } from './health-probe.ts';
import { probeWebhook } from './webhook-probe.ts';

/** Looks as a probe says. @throws CannotTell */
export async function runProbe(probe: Probe, tools: TwinTools, logIn: LogInTools): Promise<Probed> {
  switch (probe.kind) {
    case 'endpoints':
      return probeEndpoints(probe, tools);
    case 'health':
      return probeHealth(probe, tools);
    case 'webhook':
      return probeWebhook(probe, resolveSecret(probe.secret), webhookSigners[probe.scheme], tools);
    case 'parity': {
      const who = await identified(probe, 'who asks', logIn);
      return 'refused' in who ? who.refused : probeParity(probe, who, tools);
    }
    case 'guards': {
      const known = new Map<Identity, TwinHeaders>();
      const unclear: CannotTell[] = [];
      for (const identity of probe.identities) {
        try {
          const who = await identified(identity, `"${identity.name}"`, logIn);
          if ('refused' in who) return who.refused;
          known.set(identity, who);
        } catch (error) {
          // One who cannot log in must not hide that a route is open for the others.
          if (!(error instanceof CannotTell)) throw error;
          unclear.push(error);
        }
      }
      const identities = [...known.keys()];
      const headersOf = (identity: Identity): TwinHeaders => known.get(identity) ?? twinHeaders(identity);
      const probed = await probeGuards({ ...probe, identities }, headersOf, tools);
      const [doubt] = unclear;
      if (doubt !== undefined && allHold(probed.statements)) throw doubt;
      return probed;
    }
  }
}

/** The headers of whoever asks; those that are written in the plan win over those of the log-in. */
async function identified(
  from: Pick<Identity, 'headers' | 'oldHeaders' | 'logIn'>,
  name: string,
  tools: LogInTools,
): Promise<TwinHeaders | { readonly refused: Probed }> {
  const written = twinHeaders(from);
  if (from.logIn === undefined) return written;
  const got = await logInOnBoth(from.logIn, name, tools);
  if ('refused' in got) return got;
  return { new: { ...got.new, ...written.new }, old: { ...got.old, ...written.old } };
}

function twinHeaders(from: {
  readonly headers: Readonly<Record<string, SecretString>>;
  readonly oldHeaders?: Readonly<Record<string, SecretString>> | undefined;
}): TwinHeaders {
  return {
    new: readHeaders(from.headers, resolveSecret),
    old: readHeaders(from.oldHeaders ?? from.headers, resolveSecret),
  };
}
