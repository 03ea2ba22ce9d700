/** How findings are judged, and what people must state. */
import type { PlanInput } from '../../../contract/index.ts';

export const policy: NonNullable<PlanInput['policy']> = {
  default: {
    // Nothing is advisory: a critical issue is NO_GO, and the pipeline swaps back.
    advisory: [],
    otherRelease: 'no-go',
    leftovers: 'warn',
  },
  preflight: {
    // A fix is staged again, and judged again: an old GO does not open the next cut-over.
    maxAgeMinutes: 60,
    validForMinutes: 60,
    attestations: [
      { id: 'security-scan-is-done', title: 'The security scan is completed', role: 'security lead' },
      {
        id: 'rollback-is-documented',
        title: 'The roll-back procedure is documented',
        role: 'release manager',
      },
      {
        id: 'swap-reversal-was-tested',
        title: 'The reversal of the slot swap was tested',
        role: 'release manager',
      },
    ],
  },
  watch: {
    attestations: [
      { id: 'on-call-stands-by', title: 'The on-call engineer stands by', role: 'on-call engineer' },
    ],
  },
  // A scheduled verdict is replaced by the next one: it must not be trusted for long.
  synthetic: { maxAgeMinutes: 10, validForMinutes: 10 },
};
