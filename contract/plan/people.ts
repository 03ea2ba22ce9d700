import { z } from 'zod';
import type { Problem } from '../errors.ts';
import { Phase } from '../evidence/outcome.ts';
import { list, type Loose, object } from '../flow/loose.ts';
import { plain } from '../verdict/plain-words.ts';
import {
  mergePolicy,
  type Policies,
  type Policy,
  type RequiredAttestation,
  RoleMember,
  ValidFor,
} from '../verdict/policy.ts';
import { CheckId } from './check-id.ts';
import { Duration } from './duration.ts';

const Said = z.string().regex(/\S/, 'must say something');

/** One thing that somebody has to say before there can be a GO. */
const Statement = z.strictObject({
  /** Names the statement for `greenlight attest`. */
  id: CheckId,
  /** What is stated, in words. */
  title: Said,
  /** Who has to say it. */
  role: Said,
  /** Phases whose verdict asks for it; default: those of its section. */
  phases: z.array(Phase).min(1).optional(),
  /** `release` (the default): it is said of one release. `target`: it holds for every release until it is too old. */
  validFor: ValidFor.optional(),
  /** How old it may be when it is judged: `30m`, `12h`, `7d`. Default: `7d`. */
  maxAge: Duration.optional(),
});

/** A part of the checklist, which may need a signature of its own. */
const Section = z.strictObject({
  /** Names the signature for `greenlight attest`, and the section for people. */
  id: CheckId,
  /** Its heading. */
  title: Said,
  /** Phases whose verdict asks for it. */
  phases: z.array(Phase).min(1).default(['post-cutover']),
  /** The role that signs it once every statement in it is given. Without it, nobody has to. */
  signOff: Said.optional(),
  /** What has to be stated. */
  statements: z.array(Statement).default([]),
});

/** What people must say, who they are, and where it is kept. */
export const People = z.strictObject({
  /** The file that keeps what people stated, seen from the folder of the plan. `greenlight attest` adds lines to it. */
  file: Said.default('greenlight-statements.jsonl'),
  /** Who has a role. A role that is not named here is anybody's who says so. */
  roles: z
    .array(
      z.strictObject({
        /** The role, in the words of the statements. */
        role: Said,
        /** Who has it. */
        members: z.array(RoleMember).min(1),
      }),
    )
    .default([]),
  /** What has to be stated, in sections. `policy.attestations` of a phase come besides, without a section. */
  sections: z.array(Section).default([]),
});
export type People = z.infer<typeof People>;

/** The policy of one phase, with all that people have to state in it. */
export function policyOf(
  { policy, people }: { readonly policy: Policies; readonly people: People },
  phase: Phase,
): Policy {
  const merged = mergePolicy(policy, phase);
  const attestations = [
    ...merged.attestations,
    ...people.sections.flatMap((section) => statedIn(section, phase)),
  ].map((one): RequiredAttestation => {
    const role = people.roles.find((named) => plain(named.role) === plain(one.role));
    return role === undefined ? one : { ...one, members: role.members };
  });
  return { ...merged, attestations };
}

/** The statements of a section in one phase, and its signature at their end. */
function statedIn(section: z.infer<typeof Section>, phase: Phase): readonly RequiredAttestation[] {
  const stated = section.statements
    .filter(({ phases }) => (phases ?? section.phases).includes(phase))
    .map(({ phases: _, ...one }): RequiredAttestation => ({ ...one, section: section.title }));
  if (section.signOff === undefined || !section.phases.includes(phase)) return stated;
  const signature: RequiredAttestation = {
    id: section.id,
    title: `${section.title}: everything in it is done`,
    role: section.signOff,
    section: section.title,
    covers: [...new Set(stated.map(({ id }) => id))],
  };
  return [...stated, signature];
}

/** What is wrong between the parts of `people`, and between it and the policy. */
export function peopleProblems(plan: Loose): readonly Problem[] {
  const people = object(plan['people']);
  const roles = list(people['roles']).map((raw, index) => ({
    name: textOf(object(raw)['role']),
    path: `people.roles[${index}].role`,
  }));
  const asked = [...ofPolicies(plan), ...ofSections(people)];
  const sections = list(people['sections']).map((raw, index) => ({
    name: textOf(object(raw)['id']),
    path: `people.sections[${index}].id`,
  }));
  return [
    ...twice(roles, 'give each role once, with all its members'),
    ...twice(sections, 'give every section its own id'),
    ...twice(
      asked.map(({ id, role, path }) => ({ name: `${id}, asked of ${role}`, path })),
      'ask each role for it once; name more phases instead',
    ),
    ...unknownRoles(roles, asked),
  ];
}

interface Asked {
  readonly id: string;
  readonly role: string;
  readonly path: string;
}

/** A phase's list replaces that of `default`, so the same statement may stand in several policies. */
function ofPolicies(plan: Loose): readonly Asked[] {
  const all = Object.entries(object(plan['policy'])).flatMap(([name, raw]) =>
    list(object(raw)['attestations']).map((one, index) =>
      askedOf(object(one), `policy.${name}.attestations[${index}]`),
    ),
  );
  const first = new Map<string, Asked>();
  for (const one of all) {
    const key = JSON.stringify([one.id, plain(one.role)]);
    if (!first.has(key)) first.set(key, one);
  }
  return [...first.values()];
}

function ofSections(people: Loose): readonly Asked[] {
  return list(people['sections']).flatMap((raw, index) => {
    const section = object(raw);
    const path = `people.sections[${index}]`;
    const signOff = section['signOff'];
    return [
      ...list(section['statements']).map((one, at) => askedOf(object(one), `${path}.statements[${at}]`)),
      ...(signOff === undefined
        ? []
        : [{ id: textOf(section['id']), role: textOf(signOff), path: `${path}.signOff` }]),
    ];
  });
}

function askedOf(one: Loose, path: string): Asked {
  return { id: textOf(one['id']), role: textOf(one['role']), path };
}

function twice(
  named: readonly { readonly name: string; readonly path: string }[],
  remedy: string,
): Problem[] {
  const first = new Map<string, string>();
  return named.flatMap(({ name, path }) => {
    const before = first.get(plain(name));
    if (before === undefined || name === '') {
      first.set(plain(name), path);
      return [];
    }
    return [{ path, value: JSON.stringify(name), problem: `is there twice: also at ${before}`, remedy }];
  });
}

/** Where roles are named at all, one that is not among them is most likely misspelt, and would be anybody's. */
function unknownRoles(roles: readonly { readonly name: string }[], asked: readonly Asked[]): Problem[] {
  if (roles.length === 0) return [];
  const known = new Set(roles.map(({ name }) => plain(name)));
  return asked
    .filter(({ role }) => role !== '' && !known.has(plain(role)))
    .map(({ role, path }) => ({
      path: path.endsWith('.signOff') ? path : `${path}.role`,
      value: JSON.stringify(role),
      problem: 'is a role that people.roles does not name',
      remedy: `add it with its members, or use one of: ${roles.map(({ name }) => name).join(', ')}`,
    }));
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
