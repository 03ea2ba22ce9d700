import type { Verdict } from '../../../contract/verdict/verdict.ts';
import { flat } from '../flat.ts';
import { type Message, messageOf } from './message.ts';

/** Slack refuses a message whose header or section is longer. */
const MOST_HEADER = 150;
const MOST_SECTION = 3000;
const ROOM_FOR_COUNT = 40;

/** Body for an incoming webhook of Slack. */
export function renderSlack(verdict: Verdict, report: string | undefined): string {
  const message = messageOf(verdict, report);
  const link = report === undefined ? '' : ` <${slackText(report)}|Report>`;
  return JSON.stringify({
    // What a notification on a phone shows.
    text: slackText(flat(`${message.headline}. ${message.reason}`, 500)),
    blocks: [
      { type: 'header', text: { type: 'plain_text', text: flat(message.headline, MOST_HEADER) } },
      { type: 'section', text: { type: 'mrkdwn', text: reasonsOf(message) } },
      {
        type: 'context',
        elements: [
          {
            type: 'mrkdwn',
            text: `${slackText(message.meaning)} Run ${slackText(flat(verdict.run.id, 100))}.${link}`,
          },
        ],
      },
    ],
  });
}

/** Whole lines only: a cut entity would be shown as it is. What does not fit is counted. */
function reasonsOf({ reason, others, left }: Message): string {
  let text = `*${slackText(reason)}*`;
  let shown = 0;
  for (const other of others) {
    const line = `\n• ${slackText(other)}`;
    if (text.length + line.length > MOST_SECTION - ROOM_FOR_COUNT) break;
    text += line;
    shown += 1;
  }
  const more = left + others.length - shown;
  return more === 0 ? text : `${text}\n… and ${more} more`;
}

/** Slack's three control characters; `<!channel>` in a product's error would otherwise wake everybody. */
export function slackText(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
