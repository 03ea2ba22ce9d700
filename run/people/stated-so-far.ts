import type { Attestation } from '../../contract/evidence/attestation.ts';
import { describeError } from '../../contract/errors.ts';
import type { Fault } from '../../contract/evidence/evidence.ts';
import type { PreparedRun } from '../run-prepare.ts';
import { readStatements, statementsFileOf } from './statements-file.ts';
import { statementsFor } from './statements-for.ts';
import { withoutSecrets } from './without-secrets.ts';

/**
 * What people have stated up to the end of a run, for its evidence. Read at its end: whoever had something to say while
 * it ran is heard, above all a "no". Never throws.
 */
export function statedSoFar(run: Pick<PreparedRun, 'plan' | 'context' | 'head' | 'redactor'>): {
  readonly attestations: readonly Attestation[];
  readonly faults: readonly Fault[];
} {
  const { plan, context, head, redactor } = run;
  const required = head.policy.attestations;
  if (required.length === 0) return { attestations: [], faults: [] };
  try {
    const stated = readStatements(statementsFileOf(plan, context.planFile));
    const about = { target: head.subject.target, release: head.subject.wanted, run: head.run.id };
    return {
      attestations: statementsFor(stated, required, about, new Date().toISOString()).map((one) =>
        withoutSecrets(one, redactor),
      ),
      faults: [],
    };
  } catch (error) {
    return { attestations: [], faults: [{ kind: 'other', message: redactor.text(describeError(error)) }] };
  }
}
