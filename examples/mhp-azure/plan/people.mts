/** How findings are judged, and what people must state. */
import type { PlanInput } from '../../../contract/index.ts';
import { env } from './environment.mts';

export const people: NonNullable<PlanInput['people']> = {
  file: env('MHP_STATEMENTS', 'greenlight-statements.jsonl'),
  // Name the members of each role: { role: 'release manager', members: [{ name: 'Ada', contact: 'ada@example.com' }] }
  roles: [],
  sections: [
    {
      id: 'pre-cutover-checklist-is-done',
      title: 'Pre-cutover checklist',
      phases: ['preflight'],
      signOff: 'release manager',
      statements: [
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
          maxAge: '30d',
        },
      ],
    },
    {
      id: 'first-day-is-staffed',
      title: 'First 24 hours',
      phases: ['watch'],
      statements: [
        {
          id: 'on-call-stands-by',
          title: 'The on-call engineer stands by',
          role: 'on-call engineer',
          maxAge: '1d',
        },
      ],
    },
  ],
};

export const policy: NonNullable<PlanInput['policy']> = {
  default: {
    // Nothing is advisory: a critical issue is NO_GO, and the pipeline swaps back.
    advisory: [],
    otherRelease: 'no-go',
    leftovers: 'warn',
  },
  // A fix is staged again, and judged again: an old GO does not open the next cut-over.
  preflight: { maxAgeMinutes: 60, validForMinutes: 60 },
  // A scheduled verdict is replaced by the next one: it must not be trusted for long.
  synthetic: { maxAgeMinutes: 10, validForMinutes: 10 },
};
