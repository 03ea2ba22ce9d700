import type { Attestation } from '../../contract/evidence/evidence.ts';
import type { RequiredAttestation } from '../../contract/verdict/policy.ts';
import type { AttestationResult } from '../../contract/verdict/verdict.ts';

/** What people said, as far as it counts, and what to tell about the rest. */
export interface JudgedAttestations {
  readonly results: readonly AttestationResult[];
  readonly notices: readonly string[];
}

/**
 * Matches required statements with what people attested. A refusal outweighs any consent; the wrong role, a time in
 * the future of the decision or one that cannot be read does not count.
 */
export function judgeAttestations(
  required: readonly RequiredAttestation[],
  given: readonly Attestation[],
  decidedAt: string,
): JudgedAttestations {
  const notices: string[] = [];
  const counting = given.filter((attestation) => {
    const problem = problemOf(attestation, required, decidedAt);
    if (problem !== undefined) {
      notices.push(`What ${attestation.name} said on ${attestation.id} does not count: ${problem}.`);
    }
    return problem === undefined;
  });
  const results = required.map((requirement): AttestationResult => {
    const said = counting.filter((attestation) => answers(attestation, requirement));
    const by = said.find((attestation) => attestation.decision === 'refused') ?? said.at(-1) ?? null;
    return { ...requirement, state: by?.decision ?? 'missing', by };
  });
  return { results, notices };
}

function problemOf(
  attestation: Attestation,
  required: readonly RequiredAttestation[],
  decidedAt: string,
): string | undefined {
  const asked = required.filter((entry) => entry.id === attestation.id);
  if (asked.length === 0) return 'nobody asked for it';
  if (!asked.some((entry) => answers(attestation, entry))) {
    const roles = asked.map(({ role }) => `"${role}"`).join(' or ');
    return `it needs the role ${roles}, not "${attestation.role}"`;
  }
  if (!(Date.parse(attestation.at) <= Date.parse(decidedAt)))
    return `its time ${attestation.at} is not in the past`;
  return undefined;
}

/** By id and role: one statement may be asked of two roles, and neither can speak for the other. */
function answers(attestation: Attestation, requirement: RequiredAttestation): boolean {
  return attestation.id === requirement.id && plain(attestation.role) === plain(requirement.role);
}

function plain(role: string): string {
  return role.trim().toLowerCase();
}
