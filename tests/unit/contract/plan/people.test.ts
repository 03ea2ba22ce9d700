import { describe, expect, test } from 'vitest';
import { policyOf } from '../../../../contract/plan/people.ts';
import { parsePlan, type PlanInput } from '../../../../contract/plan/plan.ts';

const STATEMENT = { id: 'rollback-tested', title: 'The roll-back was tested', role: 'DBA' };

function plan(people: PlanInput['people'], policy: PlanInput['policy'] = {}) {
  return parsePlan({
    target: { name: 'shop', urls: { app: 'http://127.0.0.1:9' } },
    probes: [{ id: 'page-answers', title: 'The page answers', kind: 'endpoints', paths: ['/'] }],
    people,
    policy,
  });
}

function problems(people: unknown, policy: PlanInput['policy'] = {}): readonly string[] {
  try {
    plan(people as PlanInput['people'], policy);
    return [];
  } catch (error) {
    const found = (error as { problems?: readonly { path: string; problem: string }[] }).problems ?? [];
    return found.map(({ path, problem }) => `${path} ${problem}`);
  }
}

describe('what people must state in a phase', () => {
  const people = {
    roles: [
      { role: 'dba', members: [{ name: 'Bo', contact: '#dba' }] },
      { role: 'lead', members: [{ name: 'Ada' }] },
    ],
    sections: [
      {
        id: 'pre-flight',
        title: 'Pre-flight',
        phases: ['preflight' as const, 'post-cutover' as const],
        signOff: 'lead',
        statements: [
          { ...STATEMENT, maxAge: '3d' },
          { ...STATEMENT, id: 'backup-made', phases: ['preflight' as const] },
        ],
      },
    ],
  };

  test('is that of its policy and of the sections, with who has the role and what a signature covers', () => {
    const policy = { default: { attestations: [{ ...STATEMENT, id: 'support-ready', role: 'lead' }] } };
    const of = policyOf(plan(people, policy), 'preflight').attestations;
    expect(of).toEqual([
      { ...STATEMENT, id: 'support-ready', role: 'lead', members: [{ name: 'Ada' }] },
      { ...STATEMENT, maxAge: '3d', section: 'Pre-flight', members: [{ name: 'Bo', contact: '#dba' }] },
      { ...STATEMENT, id: 'backup-made', section: 'Pre-flight', members: [{ name: 'Bo', contact: '#dba' }] },
      expect.objectContaining({ id: 'pre-flight', role: 'lead', covers: ['rollback-tested', 'backup-made'] }),
    ]);
    expect(policyOf(plan(people), 'post-cutover').attestations.map(({ id, covers }) => [id, covers])).toEqual(
      [
        ['rollback-tested', undefined],
        ['pre-flight', ['rollback-tested']],
      ],
    );
    expect(policyOf(plan(people), 'watch').attestations).toEqual([]);
  });

  test('is nothing in a plan without people, whose policy is as before', () => {
    expect(policyOf(plan(undefined), 'post-cutover').attestations).toEqual([]);
  });
});

describe('a plan is refused for', () => {
  const section = (statement: object, more: object = {}) => ({
    sections: [
      { id: 'pre-flight', title: 'Pre-flight', statements: [{ ...STATEMENT, ...statement }], ...more },
    ],
  });
  test.each<[string, unknown, string]>([
    [
      'an age that is no time',
      section({ maxAge: '7 days' }),
      'people.sections[0].statements[0].maxAge must be a span of time',
    ],
    [
      'an age of zero',
      section({ maxAge: '0d' }),
      'people.sections[0].statements[0].maxAge must be a span of time',
    ],
    ['a binding to nothing', section({ validFor: 'ever' }), 'people.sections[0].statements[0].validFor'],
    ['nobody', section({ role: ' ' }), 'people.sections[0].statements[0].role must say something'],
    [
      'the same statement twice',
      { sections: [{ id: 'a', title: 'A', statements: [STATEMENT, { ...STATEMENT, role: 'dba' }] }] },
      'people.sections[0].statements[1] is there twice',
    ],
    [
      'two sections of one id',
      { sections: ['A', 'B'].map((title) => ({ id: 'a', title })) },
      'people.sections[1].id is there twice',
    ],
    [
      'a role that has no members while others have',
      { ...section({}, { signOff: 'lead' }), roles: [{ role: 'lead', members: [{ name: 'Ada' }] }] },
      'people.sections[0].statements[0].role is a role that people.roles does not name',
    ],
    [
      'a role twice',
      { roles: ['DBA', 'dba '].map((role) => ({ role, members: [{ name: 'Bo' }] })) },
      'people.roles[1].role is there twice',
    ],
    [
      'a key that is no id of one',
      { roles: [{ role: 'DBA', members: [{ name: 'Bo', key: 'bo.pub.pem' }] }] },
      'people.roles[0].members[0].key must be the id of a key',
    ],
    ['a role of nobody', { roles: [{ role: 'DBA', members: [] }] }, 'people.roles[0].members'],
    ['an unknown key', { seections: [] }, 'people.seections is not a key of the plan'],
  ])('%s', (_, people, words) => {
    expect(problems(people).join('\n')).toContain(words);
  });

  test('one that is asked in a section and in a policy', () => {
    const policy = { default: { attestations: [STATEMENT] }, watch: { attestations: [STATEMENT] } };
    expect(problems(section({}), policy)).toEqual([
      expect.stringContaining('people.sections[0].statements[0] is there twice'),
    ]);
    expect(problems({}, policy)).toEqual([]);
  });
});
