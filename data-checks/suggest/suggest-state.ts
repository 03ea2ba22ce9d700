import { quoted } from '../../host/typescript-source.ts';
import type { StateResult } from '../postgres/state/state.ts';
import type { Suggestion } from './suggestion.ts';

/** Findings that one suggestion tells; all of their objects stand in its text. */
const MOST_TOLD = 5;

/** What a plan would say to accept what differs besides rows; nothing of it is in force. Pure. */
export function suggestState(results: readonly StateResult[]): readonly Suggestion[] {
  return results.flatMap((result): Suggestion[] => {
    const { check, answer, findings, undecided, reason } = result;
    if (answer === 'holds') return [];
    const all = [
      ...findings.map(({ object, summary, remedy }) => ({
        object,
        told: remedy === '' ? summary : `${summary} (put right by: ${remedy})`,
      })),
      ...undecided.map(({ object, summary }) => ({ object, told: `could not compare: ${summary}` })),
    ];
    if (all.length === 0) {
      return [
        {
          subject: check,
          finding: `${check} was not checked: ${reason ?? 'nobody knows why'}`,
          key: null,
          text: '',
          inForce: false,
        },
      ];
    }
    const objects = [...new Set(all.map(({ object }) => object))];
    const more = all.length - MOST_TOLD;
    const told = all.slice(0, MOST_TOLD).map((one) => one.told.replaceAll(/\s+/g, ' '));
    // Warnings hold up nothing, so there is nothing to accept.
    const warned = answer === 'warned';
    return [
      {
        subject: check,
        finding: `${check}, ${warned ? 'which holds with warnings' : answer}: ${told.join('; ')}${more > 0 ? `; and ${more} more` : ''}`,
        key: warned ? null : 'data.state.except',
        text: warned
          ? ''
          : `{ check: ${quoted(check)}, objects: [${objects.map(quoted).join(', ')}], because: '' },`,
        inForce: false,
      },
    ];
  });
}
