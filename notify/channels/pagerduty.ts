import { createHash } from 'node:crypto';
import type { Channel } from '../../contract/notify/channel.ts';
import type { Level } from '../../contract/notify/level.ts';
import type { Notice } from '../../contract/notify/notice.ts';
import { flat } from '../../reporters/renderers/flat.ts';
import type { ChannelKind } from '../channel-kind.ts';
import { readAddress } from '../read-address.ts';

const MOST_SUMMARY = 1024;
const MOST_KEY = 255;
const MOST_FACT = 1000;

const SEVERITIES: Readonly<Record<Level, 'critical' | 'error' | 'warning' | 'info'>> = {
  P1: 'critical',
  P2: 'error',
  P3: 'warning',
  P4: 'info',
};

export const pagerduty: ChannelKind<Extract<Channel, { adapter: 'pagerduty' }>> = {
  open(channel, tools) {
    const url = readAddress('pagerduty', channel.url, tools);
    const key = tools.read(channel.routingKey).trim();
    const event = (notice: Notice, resolves: boolean): Promise<void> =>
      tools.post({
        url,
        headers: {},
        body: JSON.stringify({ routing_key: key, ...eventOf(notice, resolves) }),
      });
    return {
      send: async (notice) => {
        await event(notice, notice.what === 'resolved');
        // Nobody has to resolve by hand what was a test.
        if (notice.what === 'test') await event(notice, true);
      },
    };
  },
};

/** An event of the Events API v2, without its routing key. */
export function eventOf(notice: Notice, resolves: boolean): Readonly<Record<string, unknown>> {
  const dedup_key = dedupKey(notice.incident);
  if (resolves) return { event_action: 'resolve', dedup_key };
  const { headline, summary, facts, target, about, kind, level, what, at, report, runbook } = notice;
  const links = [
    ...(runbook === undefined ? [] : [{ href: runbook, text: 'Runbook' }]),
    ...(report === undefined ? [] : [{ href: report, text: 'Report' }]),
  ];
  return {
    event_action: 'trigger',
    dedup_key,
    payload: {
      summary: flat(`${headline}. ${summary}`, MOST_SUMMARY),
      source: flat(target, MOST_KEY),
      severity: what === 'test' ? 'info' : SEVERITIES[level],
      timestamp: at,
      component: flat(about, MOST_KEY),
      group: flat(target, MOST_KEY),
      class: kind,
      custom_details: Object.fromEntries(facts.map(({ name, value }) => [name, flat(value, MOST_FACT)])),
    },
    client: 'Greenlight',
    ...(report === undefined ? {} : { client_url: report }),
    ...(links.length === 0 ? {} : { links }),
  };
}

/** Longer ones are refused, and a cut one could be that of another incident. */
function dedupKey(incident: string): string {
  if (incident.length <= MOST_KEY) return incident;
  return `greenlight/${createHash('sha256').update(incident).digest('hex')}`;
}
