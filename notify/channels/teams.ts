import type { Channel } from '../../contract/notify/channel.ts';
import type { Notice } from '../../contract/notify/notice.ts';
import { flat } from '../../reporters/renderers/flat.ts';
import type { ChannelKind } from '../channel-kind.ts';
import { readAddress } from '../read-address.ts';

/** Teams refuses a message of more than 28 KB; each of these texts is far below. */
const MOST_HEADLINE = 200;
const MOST_TEXT = 1000;

const COLOURS: Readonly<Record<Notice['what'], string>> = {
  opened: 'attention',
  raised: 'attention',
  resolved: 'good',
  told: 'warning',
  test: 'accent',
};

export const teams: ChannelKind<Extract<Channel, { adapter: 'teams' }>> = {
  open(channel, tools) {
    const url = readAddress('teams', channel.url, tools);
    return { send: (notice) => tools.post({ url, headers: {}, body: renderTeamsNotice(notice) }) };
  },
};

/**
 * An adaptive card as a workflow of Teams takes it. Runs of text are shown as they are: in a text block, what a target
 * says would be read as Markdown, links included.
 */
export function renderTeamsNotice({ headline, summary, facts, runbook, report, what }: Notice): string {
  const run = (text: string, more: object = {}): object => ({ type: 'TextRun', text, ...more });
  const line = (...inlines: readonly object[]): object => ({ type: 'RichTextBlock', inlines });
  const link = (title: string, url: string | undefined): readonly object[] =>
    url === undefined ? [] : [{ type: 'Action.OpenUrl', title, url }];
  const actions = [...link('Runbook', runbook), ...link('Report', report)];
  return JSON.stringify({
    type: 'message',
    attachments: [
      {
        contentType: 'application/vnd.microsoft.card.adaptive',
        contentUrl: null,
        content: {
          $schema: 'http://adaptivecards.io/schemas/adaptive-card.json',
          type: 'AdaptiveCard',
          version: '1.4',
          body: [
            line(
              run(flat(headline, MOST_HEADLINE), { size: 'large', weight: 'bolder', color: COLOURS[what] }),
            ),
            line(run(flat(summary, MOST_TEXT))),
            ...facts.map(({ name, value }) =>
              line(run(`${name}: `, { weight: 'bolder' }), run(flat(value, MOST_TEXT))),
            ),
          ],
          ...(actions.length === 0 ? {} : { actions }),
        },
      },
    ],
  });
}
