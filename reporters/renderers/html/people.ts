import type { CheckState } from '../../../contract/outcome.ts';
import type { AttestationResult, GroupResult, Verdict } from '../../../contract/verdict.ts';
import { percent } from '../../judge/reasons.ts';
import { sectionsOf } from '../sections.ts';
import { time } from '../words.ts';
import { checkName } from './checks.ts';
import { stateBadge } from './icons.ts';
import { html, type Markup } from './markup.ts';
import { tableSection } from './section.ts';

const GROUP_STATE: Record<GroupResult['state'], CheckState> = {
  passed: 'passed',
  failed: 'failed',
  unknown: 'unknown',
};

const ATTESTATION_STATE: Record<AttestationResult['state'], CheckState> = {
  attested: 'passed',
  refused: 'failed',
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
      html`${check.summary}`,
      html`${check.waiver?.owner}`,
      html`${check.waiver?.reason}`,
      html`${check.waiver?.until}`,
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
    verdict.attestations.map(({ id, title, role, state, by }) => [
      html`<code>${id}</code><span class="of">${title}</span>`,
      html`${stateBadge(ATTESTATION_STATE[state])} ${state}`,
      html`${role}`,
      html`${by?.name ?? 'nobody yet'}`,
      html`${by ? time(by.at) : ''}`,
      html`${by?.comment}`,
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
      html`<code>${group.id}</code><span class="of">${group.title}</span>`,
      stateBadge(GROUP_STATE[group.state]),
      html`${group.passed} of ${group.of}`,
      html`${percent(group.minimumRatio)}, at least ${group.minimumCount} results`,
    ]),
  );
}
