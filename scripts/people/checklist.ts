import type { Attestation } from '../../contract/evidence/attestation.ts';
import type { Phase } from '../../contract/evidence/outcome.ts';
import type { Release } from '../../contract/plan/release.ts';
import { plain } from '../../contract/verdict/plain-words.ts';
import { type RoleMember, STATED_AGE, STATED_FOR } from '../../contract/verdict/policy.ts';
import type { AttestationResult } from '../../contract/verdict/verdict.ts';
import { judgeAttestations } from '../../reporters/judge/attestations.ts';
import { statementsFor } from '../../run/people/statements-for.ts';
import { askedIn, type PeoplePlan } from './people-plan.ts';

/** One line of the checklist. */
export interface ChecklistItem {
  readonly id: string;
  readonly title: string;
  readonly role: string;
  readonly members: readonly RoleMember[];
  /** Phases whose verdict asks for it. */
  readonly phases: readonly Phase[];
  readonly validFor: 'release' | 'target';
  readonly maxAge: string;
  /** Whether it signs a section. */
  readonly signature: boolean;
  readonly state: AttestationResult['state'];
  readonly by: Attestation | null;
  readonly note?: string | undefined;
}

/** What people have to state, and how that stands. */
export interface Checklist {
  readonly target: string;
  readonly release: Release | null;
  /** The file of the plan, as it was named; undefined where it was found by its usual name. */
  readonly config: string | undefined;
  /** As of when, ISO time. */
  readonly at: string;
  readonly sections: readonly { readonly title: string; readonly items: readonly ChecklistItem[] }[];
  /** What does not count, and why. */
  readonly notices: readonly string[];
}

/** The heading of what stands in no section. */
const NO_SECTION = 'Statements';

/**
 * How the statements of a plan stand, judged by the same rules as in a verdict. Pure.
 * @param question the phases and the role whose items are wanted; `at` is ISO time
 */
export function checklistOf(
  people: PeoplePlan,
  question: {
    readonly phases: readonly Phase[];
    readonly role: string | undefined;
    readonly release: Release | null;
    readonly at: string;
    readonly config?: string | undefined;
  },
): Checklist {
  const { release, at } = question;
  const asked = askedIn(people.plan, question.phases);
  const required = asked.map((one) => one.asked);
  const about = { target: people.plan.target.name, release, run: null };
  const given = statementsFor(people.stated, required, about, at);
  const { results, notices } = judgeAttestations(required, given, about, at);
  const sections = new Map<string, ChecklistItem[]>();
  results.forEach((result, index) => {
    if (question.role !== undefined && plain(result.role) !== plain(question.role)) return;
    const { id, title, role, members = [], validFor = STATED_FOR, maxAge = STATED_AGE } = result;
    const section = result.section ?? NO_SECTION;
    const items = sections.get(section) ?? [];
    sections.set(section, items);
    items.push({
      id,
      title,
      role,
      members,
      phases: asked[index]?.phases ?? [],
      validFor,
      maxAge,
      signature: result.covers !== undefined,
      state: result.state,
      by: result.by,
      note: result.note,
    });
  });
  const grouped = [...sections].map(([title, items]) => ({ title, items: byRole(items) }));
  return { target: about.target, release, config: question.config, at, sections: grouped, notices };
}

/** The items of one role together, in the order in which the roles come; signatures stay last. */
function byRole(items: readonly ChecklistItem[]): readonly ChecklistItem[] {
  const roles = [...new Set(items.map(({ role }) => plain(role)))];
  const rank = ({ signature, role }: ChecklistItem): number =>
    (signature ? roles.length : 0) + roles.indexOf(plain(role));
  return [...items].sort((a, b) => rank(a) - rank(b));
}

/** Everything in it, section by section. */
export function itemsOf({ sections }: Checklist): readonly ChecklistItem[] {
  return sections.flatMap(({ items }) => items);
}
