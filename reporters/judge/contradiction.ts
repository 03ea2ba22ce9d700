import { contradictsPass } from '../../contract/evidence/detail.ts';
import type { Finding } from '../../contract/evidence/finding.ts';

/** Why a finding that says `pass` cannot be believed, by its own details; undefined when they agree. */
export function contradictionOf({ outcome, detail }: Finding): string | undefined {
  return outcome === 'pass' && detail !== undefined ? contradictsPass(detail) : undefined;
}
