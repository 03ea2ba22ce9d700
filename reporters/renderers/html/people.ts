import type { CheckState } from '../../../contract/evidence/outcome.ts';
import type { AttestationResult, GroupResult, Verdict } from '../../../contract/verdict/verdict.ts';
import { percent } from '../../../contract/statistics/percent.ts';
import { sectionsOf } from '../sections.ts';
import { ATTESTATION_WORDS, saidBeside, whenAndHow } from '../attestation-words.ts';
import { checkName } from './check-name.ts';
import { stateBadge } from './icons.ts';
import { markup, type Markup } from './markup.ts';
import { tableSection } from './section.ts';

const GROUP_STATE: Record<GroupResult['state'], CheckState> = {
  passed: 'passed',
  failed: 'failed',
  unknown: 'unknown',
};

const ATTESTATION_STATE: Record<AttestationResult['state'], CheckState> = {
  attested: 'passed',
  refused: 'failed',
  expired: 'unknown',
  missing: 'not-run',
};

/** What people and policies added: waivers, attestations, groups. */
export function peopleSections(verdict: Verdict): readonly Markup[] {
  return [waiverSection(verdict), attestationSection(verdict), groupSection(verdict)];
}

function waiverSection(verdict: Verdict): Markup {
  return tableSection(
    'waived',
    'Waived failures',
    'Failures that someone accepted until a date; they still are failures',
    [
      { title: 'Check' },
      { title: 'State' },
      { title: 'What was seen' },
      { title: 'Owner' },
      { title: 'Reason' },
      { title: 'Until' },
    ],
    sectionsOf(verdict).waived.map((check) => [
      checkName(check),
      stateBadge(check.state),
      markup`${check.summary}`,
      markup`${check.waiver?.owner}`,
      markup`${check.waiver?.reason}`,
      markup`${check.waiver?.until}`,
    ]),
  );
}

function attestationSection(verdict: Verdict): Markup {
  return tableSection(
    'attestations',
    'Attestations',
    'Statements that a person must attest',
    [
      { title: 'Statement' },
      { title: 'State' },
      { title: 'Role' },
      { title: 'By' },
      { title: 'When' },
      { title: 'Comment' },
    ],
    verdict.attestations.map(({ id, title, role, section, members, state, by, note }) => [
      markup`<code>${id}</code><span class="of">${section === undefined ? title : `${section}: ${title}`}</span>`,
      stateBadge(ATTESTATION_STATE[state], ATTESTATION_WORDS[state]),
      markup`${role}`,
      markup`${by?.name ?? `nobody yet${members === undefined ? '' : `: ${members.map(({ name }) => name).join(' or ')}`}`}`,
      markup`${by ? whenAndHow(by, verdict.decidedAt) : ''}`,
      markup`${[note, by === null ? '' : saidBeside(by)].filter(Boolean).join('; ')}`,
    ]),
  );
}

function groupSection(verdict: Verdict): Markup {
  return tableSection(
    'groups',
    'Groups',
    'Shares of checks that must pass',
    [
      { title: 'Group' },
      { title: 'State' },
      { title: 'Passed', numeric: true },
      { title: 'Needed', numeric: true },
    ],
    verdict.groups.map((group) => [
      markup`<code>${group.id}</code><span class="of">${group.title}</span>`,
      stateBadge(GROUP_STATE[group.state], group.state),
      markup`${group.passed} of ${group.of}`,
      markup`${group.strictly === true ? 'more than ' : ''}${percent(group.minimumRatio)}, at least ${group.minimumCount} results`,
    ]),
  );
}
