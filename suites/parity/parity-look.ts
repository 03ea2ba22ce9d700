import type { Probe } from '../../contract/plan/probe.ts';
import type { ProbeLook } from '../probes/probe-look.ts';
import { probeParity } from './parity-probe.ts';
import { answersOfLogIn, headersOfWho } from './who-asks.ts';

/** How a probe of parity looks: as one who asks. */
export const parityLook: ProbeLook<Extract<Probe, { kind: 'parity' }>> = {
  mostAnswers: ({ requests, rounds, logIn }, plan) =>
    requests.length * rounds * 3 + answersOfLogIn(plan, logIn),
  look: async (probe, tools, logIn) => {
    const who = await headersOfWho(probe, 'who asks', logIn);
    return 'refused' in who ? who.refused : probeParity(probe, who, tools);
  },
};
