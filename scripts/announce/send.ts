import type { Verdict } from '../../contract/verdict/verdict.ts';
import { sha256Of } from '../../host/file-digest.ts';
import { PUBLISHERS } from '../../reporters/publishers/index.ts';
import type { Place } from '../../reporters/publishers/way-to-tell.ts';
import type { Format } from './formats.ts';
import type { Kind } from './kinds.ts';

/** Those that can carry a text of the user's own. */
export const CARRIERS = ['slack', 'webhook'] as const;
export type Carrier = (typeof CARRIERS)[number];

/** What the text must be written in for them. Undefined: in what it is. */
export const FORMAT_FOR: Readonly<Record<Carrier, Format | undefined>> = {
  slack: 'slack',
  webhook: undefined,
};

/** @throws Error that says who was not told, and why */
export async function send(
  carrier: Carrier,
  text: string,
  { kind, verdict, format }: { readonly kind: Kind; readonly verdict: Verdict; readonly format: Format },
  place: Place,
): Promise<void> {
  const { publisher } = PUBLISHERS[carrier].deliver(verdict, place);
  const { run, subject, decision, decidedAt } = verdict;
  const event = {
    type: 'greenlight.announcement',
    timestamp: decidedAt,
    data: { kind, format, text, decision, target: subject.target, release: subject.wanted, run },
  };
  await publisher.publish(verdict, {
    slack: JSON.stringify({ text }),
    webhook: JSON.stringify(event),
    // Of its own: the receiver must not take it for a repetition of the verdict.
    'webhook-id': `msg_${run.id}_${kind}_${sha256Of(text).slice(7, 19)}`,
  });
}
