import { readFileSync } from 'node:fs';
import type { TestResult } from '@playwright/test/reporter';
import type { Attempt } from '../../contract/evidence/evidence.ts';
import { Finding, FINDING_MEDIA_TYPE } from '../../contract/evidence/finding.ts';

const CONTROL_NAME = 'greenlight:control';
const CONTROL_MEDIA_TYPE = 'application/vnd.greenlight.control+json';

/** What the attachments of an attempt say, and what is wrong with them. */
export interface ReadAttachments {
  readonly findings: readonly Finding[];
  readonly control: Attempt['control'];
  /** Attachments that claim to be ours and cannot be read: something was measured, and is lost. */
  readonly problems: readonly string[];
}

/** Reads findings and the state of the control address from the attachments of an attempt. */
export function readAttachments(attachments: TestResult['attachments']): ReadAttachments {
  const findings: Finding[] = [];
  const problems: string[] = [];
  let control: Attempt['control'] = 'not-asked';
  for (const attachment of attachments) {
    const mediaType = attachment.contentType.split(';', 1)[0]?.trim().toLowerCase();
    try {
      if (mediaType === FINDING_MEDIA_TYPE) {
        findings.push(Finding.parse(JSON.parse(bodyOf(attachment))));
      } else if (mediaType === CONTROL_MEDIA_TYPE || attachment.name === CONTROL_NAME) {
        control = worse(control, controlOf(JSON.parse(bodyOf(attachment))));
      }
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      problems.push(`the attachment "${attachment.name}" cannot be read: ${reason}`);
      // Not knowing whether our own network works is as bad as knowing that it does not.
      if (mediaType === CONTROL_MEDIA_TYPE) control = 'silent';
    }
  }
  return { findings, control, problems };
}

function bodyOf(attachment: TestResult['attachments'][number]): string {
  if (attachment.body !== undefined) return attachment.body.toString('utf8');
  if (attachment.path !== undefined) return readFileSync(attachment.path, 'utf8');
  throw new Error('it has neither body nor file');
}

function controlOf(value: unknown): Attempt['control'] {
  const said = typeof value === 'object' && value !== null && 'control' in value ? value.control : undefined;
  if (said === 'answers' || said === 'silent' || said === 'not-asked') return said;
  throw new Error(`"control" must be answers, silent or not-asked`);
}

const RANK: Record<Attempt['control'], number> = { 'not-asked': 0, answers: 1, silent: 2 };

function worse(one: Attempt['control'], other: Attempt['control']): Attempt['control'] {
  return RANK[other] > RANK[one] ? other : one;
}
