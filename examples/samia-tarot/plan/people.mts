/**
 * What people must state: the sections of the checklist, each signed by a role with name and time (`greenlight attest`
 * keeps both), and the final decision. Its verdict is that of `post-cutover`, so all signatures are asked for there too.
 */
import type { PlanInput } from '../../../contract/index.ts';
import { env } from './environment.mts';
import { SECURITY_SMOKE } from './security.mts';

type People = NonNullable<PlanInput['people']>;
type Statements = NonNullable<NonNullable<People['sections']>[number]['statements']>;

const says = (role: string, statements: Readonly<Record<string, string>>, maxAge = '7d'): Statements =>
  Object.entries(statements).map(([id, title]) => ({ id, title, role, maxAge }));

export const people: People = {
  file: env('SAMIA_STATEMENTS', 'greenlight-statements.jsonl'),
  // Name the members of each role: { role: 'decision maker', members: [{ name: 'Ada', contact: '#emergency-production' }] }
  roles: [],
  sections: [
    {
      id: 'preflight-gates-are-signed',
      title: 'Pre-flight gates',
      phases: ['preflight', 'post-cutover'],
      signOff: 'release manager',
      statements: [
        ...says('release manager', {
          'roles-are-named':
            'Version, date, release manager, on-call engineer and decision maker of a roll-back are named',
        }),
        ...says('engineering lead', {
          'modules-are-tested': 'The modules M16.1 to M31 are completed and tested',
        }),
        ...says('data protection officer', {
          'dpia-is-approved': 'The data protection impact assessment is approved',
          'gdpr-is-verified': 'Data mapping, retention, erasure and consent are as the GDPR wants them',
        }),
        ...says('legal', { 'dpia-was-reviewed-by-legal': 'The impact assessment was reviewed: law' }),
        ...says('security lead', {
          'dpia-was-reviewed-by-security': 'The impact assessment was reviewed: security',
        }),
      ],
    },
    {
      id: 'cut-over-execution-is-signed',
      title: 'Cut-over execution',
      phases: ['cutover', 'post-cutover'],
      signOff: 'release manager',
      statements: says('product owner', {
        'release-notes-are-published': 'Release notes are published: internal, external, support team',
      }),
    },
    {
      id: 'post-cut-over-validation-is-signed',
      title: 'Post-cutover validation',
      phases: ['post-cutover'],
      signOff: 'engineering lead',
      statements: [
        ...says('on-call engineer', {
          'dashboards-are-shared': 'The addresses of the dashboards are shared with team and management',
          'incident-team-is-briefed': 'The incident response team is briefed: on-call, escalation paths',
        }),
        ...says('release manager', {
          'end-of-freeze-is-arranged':
            'With GO the change freeze ends, until D+1 for emergencies only; who lifts the lock is named',
        }),
      ],
    },
    {
      id: 'rollback-readiness-is-signed',
      title: 'Roll-back readiness',
      phases: ['rollback', 'post-cutover'],
      signOff: 'on-call engineer',
      statements: [
        ...says('database owner', {
          'rollback-was-tested': 'The roll-back of the database was tested on staging',
        }),
        ...says('on-call engineer', {
          'on-call-is-active': 'Primary, secondary and escalation are on call, with their numbers',
          'emergency-channel-is-ready': 'The channel #emergency-production is ready',
          'incident-bridge-is-ready': 'The incident bridge is ready',
        }),
      ],
    },
    {
      id: 'first-week-is-signed',
      title: 'D0 to D7 monitoring',
      phases: ['watch', 'post-cutover'],
      signOff: 'on-call engineer',
      statements: says('release manager', {
        'leads-are-available':
          'All team leads are available in the first two hours; then the escalation path is defined',
      }),
    },
    {
      id: 'final-decision-is-signed',
      title: 'Go / no-go',
      phases: ['post-cutover'],
      // Signed once the decision is recorded: with the signatures of the other sections, all of the checklist.
      signOff: 'release manager',
      statements: [
        ...says('release manager', {
          'checklist-is-archived':
            'Checklist M31-CUTOVER-001, version 1.0, is filed; its place is in the comment',
        }),
        // Attested is GO, with name and time; refused is NO-GO. The comment is the rationale.
        ...says('decision maker', { 'go-is-decided': 'GO. The comment says why' }, '12h'),
      ],
    },
  ],
};

/** How findings are judged. */
export const policy: NonNullable<PlanInput['policy']> = {
  default: { advisory: [], otherRelease: 'no-go', leftovers: 'warn' },
  preflight: {
    // Not one of them decides, but their share does.
    advisory: [...SECURITY_SMOKE],
    groups: [
      {
        id: 'security-smoke-passes',
        title: 'More than 95 % of the security smoke passes',
        checks: [...SECURITY_SMOKE],
        minimumRatio: 0.95,
        strictly: true,
        minimumCount: 20,
      },
    ],
    // The gates close between T-24 and T-4 hours.
    maxAgeMinutes: 60,
    validForMinutes: 1440,
  },
  // A scheduled verdict is replaced by the next one: it must not be trusted for long.
  synthetic: { maxAgeMinutes: 10, validForMinutes: 10 },
};
