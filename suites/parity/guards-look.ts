import { allHold } from '../../contract/flow/evaluate.ts';
import type { Probe } from '../../contract/plan/probe.ts';
import type { Identity } from '../../contract/plan/probes/guards.ts';
import { CannotTell } from '../cannot-tell.ts';
import type { ProbeLook } from '../probes/probe-look.ts';
import type { TwinHeaders } from './ask-twins.ts';
import { probeGuards } from './guards-probe.ts';
import { answersOfLogIn, headersOfWho, writtenHeaders } from './who-asks.ts';

/** How a probe of guards looks: as every identity that can be had. */
export const guardsLook: ProbeLook<Extract<Probe, { kind: 'guards' }>> = {
  mostAnswers: ({ routes, identities }, plan) =>
    routes.length * identities.length * 2 +
    identities.reduce((sum, { logIn }) => sum + answersOfLogIn(plan, logIn), 0),
  look: async (probe, tools, logIn) => {
    const known = new Map<Identity, TwinHeaders>();
    const unclear: CannotTell[] = [];
    for (const identity of probe.identities) {
      try {
        const who = await headersOfWho(identity, `"${identity.name}"`, logIn);
        if ('refused' in who) return who.refused;
        known.set(identity, who);
      } catch (error) {
        // One who cannot log in must not hide that a route is open for the others.
        if (!(error instanceof CannotTell)) throw error;
        unclear.push(error);
      }
    }
    const identities = [...known.keys()];
    const headersOf = (identity: Identity): TwinHeaders => known.get(identity) ?? writtenHeaders(identity);
    const probed = await probeGuards({ ...probe, identities }, headersOf, tools);
    const [doubt] = unclear;
    if (doubt !== undefined && allHold(probed.statements)) throw doubt;
    return probed;
  },
};
