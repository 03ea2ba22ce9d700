import type { Channel } from '../../contract/notify/channel.ts';
import type { Notice } from '../../contract/notify/notice.ts';
import { flat } from '../../reporters/renderers/flat.ts';
import { slackText } from '../../reporters/renderers/messages/slack.ts';
import type { ChannelKind } from '../channel-kind.ts';
import { readAddress } from '../read-address.ts';

/** Slack refuses a message whose header, section or field is longer, or that has more fields in a section. */
const MOST_HEADER = 150;
const MOST_SECTION = 3000;
const MOST_FIELD = 2000;
const FIELDS_A_SECTION = 10;

export const slack: ChannelKind<Extract<Channel, { adapter: 'slack' }>> = {
  open(channel, tools) {
    const url = readAddress('slack', channel.url, tools);
    return { send: (notice) => tools.post({ url, headers: {}, body: renderSlackNotice(notice) }) };
  },
};

/** Body for an incoming webhook of Slack. */
export function renderSlackNotice(notice: Notice): string {
  const { headline, summary, facts, runbook, report } = notice;
  const fields = facts.map(({ name, value }) => ({
    type: 'mrkdwn',
    text: `*${name}*\n${escaped(value, MOST_FIELD - 100)}`,
  }));
  const links = [
    ...(runbook === undefined ? [] : [`<${slackText(runbook)}|Runbook>`]),
    ...(report === undefined ? [] : [`<${slackText(report)}|Report>`]),
  ];
  const sections = Array.from({ length: Math.ceil(fields.length / FIELDS_A_SECTION) }, (_, index) => ({
    type: 'section',
    fields: fields.slice(index * FIELDS_A_SECTION, (index + 1) * FIELDS_A_SECTION),
  }));
  return JSON.stringify({
    // What a notification on a phone shows.
    text: escaped(`${headline}. ${summary}`, 500),
    blocks: [
      { type: 'header', text: { type: 'plain_text', text: flat(headline, MOST_HEADER) } },
      { type: 'section', text: { type: 'mrkdwn', text: escaped(summary, MOST_SECTION) } },
      ...sections,
      ...(links.length === 0
        ? []
        : [{ type: 'context', elements: [{ type: 'mrkdwn', text: links.join('  ') }] }]),
    ],
  });
}

/** Escaping makes a text longer: cut so far that the longest entities fit, and never in the middle of one. */
function escaped(text: string, most: number): string {
  const whole = slackText(flat(text, most));
  return whole.length <= most ? whole : slackText(flat(text, Math.floor(most / 5)));
}
