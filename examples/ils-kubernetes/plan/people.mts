/** What people must state: the checklists of T-7 days and T-24 hours, the decision, and the day after, by who answers for it. */
import type { PlanInput } from '../../../contract/index.ts';
import { env } from './environment.mts';

type People = NonNullable<PlanInput['people']>;
type Statements = NonNullable<NonNullable<People['sections']>[number]['statements']>;

const says = (role: string, statements: Readonly<Record<string, string>>, maxAge = '14d'): Statements =>
  Object.entries(statements).map(([id, title]) => ({ id, title, role, maxAge }));

export const people: People = {
  file: env('ILS_STATEMENTS', 'greenlight-statements.jsonl'),
  // Name the members of each role: { role: 'devops lead', members: [{ name: 'Ada', contact: '#ils-production-launch' }] }
  roles: [],
  sections: [
    {
      id: 'seven-days-before-is-done',
      title: 'T-7 days',
      phases: ['preflight'],
      signOff: 'release manager',
      statements: [
        ...says('security lead', {
          'secrets-are-rotated': 'All secrets are rotated and stored securely',
          'security-audit-is-done': 'The security audit is completed',
          'penetration-test-is-done': 'The penetration test was made, or is not required',
          'gdpr-is-verified': 'GDPR compliance is verified',
        }),
        ...says('devops lead', {
          'build-was-tested': 'The production build was tested',
          'deployment-guide-was-reviewed': 'The deployment guide was reviewed',
          'runbooks-were-reviewed': 'The runbooks are written and reviewed',
          'rollback-was-tested': 'The roll-back is documented, and was tested on staging',
          'on-call-is-established': 'The on-call rotation is established',
        }),
        ...says('product manager', {
          'contacts-are-current': 'The contact list is current',
          'user-documentation-is-ready': 'The user documentation is ready',
          'stakeholders-are-notified': 'The stakeholders are notified of the window',
          'support-is-briefed': 'The support team is briefed',
          'customer-success-is-prepared': 'The customer success team is prepared',
        }),
        ...says('release manager', {
          'war-room-is-scheduled': 'The war room is scheduled',
          'channels-are-set-up': 'The channels are set up',
        }),
      ],
    },
    {
      id: 'a-day-before-is-done',
      title: 'T-24 hours',
      phases: ['preflight'],
      signOff: 'release manager',
      statements: [
        ...says(
          'product manager',
          {
            'maintenance-notice-is-posted': 'The maintenance notice is posted, or none is needed',
            'status-page-is-prepared': 'The updates of the status page are prepared',
            'announcements-are-drafted': 'The texts for success and for roll-back are drafted',
          },
          '3d',
        ),
        ...says('release manager', { 'team-is-available': 'All members of the team are available' }, '3d'),
      ],
    },
    {
      id: 'go-no-go-is-decided',
      title: 'Go / no-go, T-2 hours',
      phases: ['preflight'],
      statements: says(
        'release manager',
        { 'team-is-ready': 'The team is ready', 'proceed-is-recorded': 'PROCEED: no blockers' },
        '12h',
      ),
    },
    {
      id: 'the-day-after-is-reviewed',
      title: 'T+24 hours',
      phases: ['watch'],
      statements: [
        ...says('product manager', {
          'beta-users-are-invited': 'Beta users are invited to test',
          'feedback-is-watched': 'The channels of user feedback are watched',
          'no-complaints': 'No complaints of data, tickets are manageable, feedback is positive',
        }),
        ...says('release manager', {
          'team-stands-by': 'The whole team stands by for 24 hours, the rotation is set for days 2 to 7',
          'launch-is-documented':
            'Changes and issues are documented, runbooks are updated, a retrospective is held',
          'lessons-are-documented': 'The team is aligned, and lessons are documented',
        }),
      ],
    },
    {
      id: 'rollback-is-told',
      title: 'Roll-back',
      phases: ['rollback'],
      statements: says('release manager', {
        'rollback-is-announced': 'The roll-back is announced in the war room',
        'post-mortem-is-scheduled': 'A post-mortem is scheduled within 24 hours',
      }),
    },
  ],
};

/** How findings are judged. */
export const policy: NonNullable<PlanInput['policy']> = {
  default: {
    // "All checks green": nothing is advisory, so whatever fails is NO_GO.
    advisory: [],
    otherRelease: 'no-go',
    leftovers: 'warn',
  },
  synthetic: { maxAgeMinutes: 10, validForMinutes: 10 },
};
