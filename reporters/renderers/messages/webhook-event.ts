import type { Verdict } from '../../../contract/verdict/verdict.ts';
import { flat } from '../flat.ts';
import { messageOf } from './message.ts';

/** Body of the signed webhook, as Standard Webhooks shapes it: type, time, data. A few kilobytes at most. */
export function renderWebhookEvent(verdict: Verdict, report: string | undefined): string {
  const { decision, run, subject, decidedAt, expiresAt, counts } = verdict;
  const message = messageOf(verdict, report);
  return JSON.stringify({
    type: 'greenlight.verdict.decided',
    timestamp: decidedAt,
    data: {
      decision,
      reason: message.reason,
      reasons: [message.reason, ...message.others],
      moreReasons: message.left,
      run: { id: run.id, nonce: flat(run.nonce, 300), phase: run.phase },
      target: flat(subject.target, 300),
      release: subject.wanted,
      observed: subject.observed,
      decidedAt,
      expiresAt,
      required: counts.required,
      evidenceDigest: verdict.evidenceDigest,
      report: report ?? null,
    },
  });
}
