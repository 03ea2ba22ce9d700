import type { Channel } from '../../contract/notify/channel.ts';
import { Level, URGENCY_OF } from '../../contract/notify/level.ts';
import { BLIND_KIND } from '../../contract/notify/notify.ts';
import type { Notice } from '../../contract/notify/notice.ts';
import { readHeaders } from '../../contract/plan/headers.ts';
import { basicAddress } from '../../host/basic-address.ts';
import { flat } from '../../reporters/renderers/flat.ts';
import type { ChannelKind } from '../channel-kind.ts';
import { readAddress } from '../read-address.ts';

/**
 * Alertmanager forgets an alert that nobody repeats, and calls that resolved. Every run repeats what is open; a scheduler
 * that stands still must not look like a product that is well again before somebody had the time to see it.
 */
const KEPT_MS = 24 * 60 * 60 * 1000;
const MOST_TEXT = 2000;

export const alertmanager: ChannelKind<Extract<Channel, { adapter: 'alertmanager' }>> = {
  open(channel, tools) {
    const { address, headers: login } = basicAddress(readAddress('alertmanager', channel.url, tools));
    const url = `${address}/api/v2/alerts`;
    const headers = { ...login, ...readHeaders(channel.headers, tools.read) };
    const send = async (alerts: readonly object[]): Promise<void> => {
      if (alerts.length > 0) await tools.post({ url, headers, body: JSON.stringify(alerts) });
    };
    const alerts = (notice: Notice): readonly object[] => alertsOf(notice, channel.labels, tools.now());
    return {
      send: (notice) => send(alerts(notice)),
      remind: (open) => send(open.flatMap(alerts)),
    };
  },
};

/**
 * The level is a label, because routes ask for it; so what had another level before ends, and nobody has to know which one
 * that was.
 */
export function alertsOf(
  notice: Notice,
  labels: Readonly<Record<string, string>>,
  now: Date,
): readonly object[] {
  const { what, level, openedAt } = notice;
  const over = { endsAt: now.toISOString() };
  const alert = (at: Level, more: object): object => ({
    labels: { ...labels, ...labelsOf(notice, at) },
    annotations: annotationsOf(notice),
    // An alert that begins after its end is refused.
    startsAt: Date.parse(openedAt) <= now.getTime() ? openedAt : now.toISOString(),
    ...(notice.report === undefined ? {} : { generatorURL: notice.report }),
    ...more,
  });
  if (what === 'resolved') return [alert(level, over)];
  if (what === 'test' || what === 'told')
    return [alert(level, { endsAt: new Date(now.getTime() + 5 * 60_000).toISOString() })];
  const others = what === 'raised' ? Level.options.filter((other) => other !== level) : [];
  return [
    ...others.map((other) => alert(other, over)),
    alert(level, { endsAt: new Date(now.getTime() + KEPT_MS).toISOString() }),
  ];
}

function labelsOf({ target, about, kind, what }: Notice, level: Level): Readonly<Record<string, string>> {
  return {
    alertname:
      what === 'test'
        ? 'GreenlightTest'
        : kind === BLIND_KIND
          ? 'GreenlightBlind'
          : what === 'told'
            ? 'GreenlightNotice'
            : 'GreenlightCheckBroken',
    severity: URGENCY_OF[level],
    level,
    kind,
    target: flat(target, 300),
    check: flat(about, 300),
  };
}

function annotationsOf({
  headline,
  summary,
  facts,
  runbook,
  report,
  key,
}: Notice): Readonly<Record<string, string>> {
  return {
    summary: flat(headline, 300),
    description: flat(summary, MOST_TEXT),
    ...Object.fromEntries(
      facts.map(({ name, value }) => [
        name.toLowerCase().replaceAll(/[^a-z0-9]+/g, '_'),
        flat(value, MOST_TEXT),
      ]),
    ),
    ...(runbook === undefined ? {} : { runbook_url: runbook }),
    ...(report === undefined ? {} : { report_url: report }),
    greenlight_key: flat(key, 500),
  };
}
