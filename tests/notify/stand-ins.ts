import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { z } from 'zod';
import { signature } from '../../reporters/publishers/webhook.ts';

/** What one request says to a stand-in. */
interface Said {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: unknown;
  readonly text: string;
}

/** What arrived where, in order; and what is open at the services that remember. */
export interface StandIns {
  readonly url: (service: Service) => string;
  /** Texts of Slack, headlines of Teams, types of the webhook, actions of PagerDuty. */
  readonly arrived: Record<Service, string[]>;
  /** Open alerts of PagerDuty, by their key: the summary. */
  readonly open: Map<string, string>;
  /** Ids of messages of the webhook that came before. */
  readonly repeated: string[];
  /** What was wrong with what was sent, by the documentation of the service. */
  readonly refused: string[];
  /** Answers that a service gives before it works: 503, or `hang-up`. */
  fails: Partial<Record<Service, number | 'hang-up'>>;
  /** How long a receiver takes to answer what it took, in milliseconds. */
  delayMs: number;
  /** What the receivers' clocks show, in milliseconds since 1970. */
  clock: () => number;
  close(): Promise<void>;
}
export type Service = 'slack' | 'teams' | 'pagerduty' | 'webhook';

export const WEBHOOK_SECRET = `whsec_${Buffer.from('0123456789abcdef0123456789abcdef').toString('base64')}`;
export const ROUTING_KEY = 'R0123456789abcdef0123456789abcde';

/** Slack: blocks of an incoming webhook, with the limits that it documents. */
const SlackText = z.strictObject({ type: z.literal('mrkdwn'), text: z.string().min(1).max(3000) });
const SlackMessage = z.strictObject({
  text: z.string().min(1).max(40_000),
  blocks: z
    .array(
      z.union([
        z.strictObject({
          type: z.literal('header'),
          text: z.strictObject({ type: z.literal('plain_text'), text: z.string().min(1).max(150) }),
        }),
        z.strictObject({ type: z.literal('section'), text: SlackText }),
        z.strictObject({
          type: z.literal('section'),
          fields: z
            .array(SlackText.extend({ text: z.string().min(1).max(2000) }))
            .min(1)
            .max(10),
        }),
        z.strictObject({ type: z.literal('context'), elements: z.array(SlackText).min(1).max(10) }),
      ]),
    )
    .max(50),
});

/** Teams: the envelope of a workflow, and as much of an adaptive card of version 1.4 as a message uses. */
const TextRun = z.strictObject({
  type: z.literal('TextRun'),
  text: z.string(),
  size: z.enum(['default', 'small', 'medium', 'large', 'extraLarge']).optional(),
  weight: z.enum(['default', 'lighter', 'bolder']).optional(),
  color: z.enum(['default', 'dark', 'light', 'accent', 'good', 'warning', 'attention']).optional(),
});
const TeamsMessage = z.strictObject({
  type: z.literal('message'),
  attachments: z
    .array(
      z.strictObject({
        contentType: z.literal('application/vnd.microsoft.card.adaptive'),
        contentUrl: z.null(),
        content: z.strictObject({
          $schema: z.literal('http://adaptivecards.io/schemas/adaptive-card.json'),
          type: z.literal('AdaptiveCard'),
          version: z.literal('1.4'),
          body: z
            .array(z.strictObject({ type: z.literal('RichTextBlock'), inlines: z.array(TextRun).min(1) }))
            .min(1),
          actions: z
            .array(z.strictObject({ type: z.literal('Action.OpenUrl'), title: z.string(), url: z.url() }))
            .optional(),
        }),
      }),
    )
    .length(1),
});

/** PagerDuty: Events API v2. */
const Event = z.discriminatedUnion('event_action', [
  z.strictObject({
    routing_key: z.string().length(32),
    event_action: z.literal('trigger'),
    dedup_key: z.string().min(1).max(255),
    payload: z.strictObject({
      summary: z.string().min(1).max(1024),
      source: z.string().min(1),
      severity: z.enum(['critical', 'error', 'warning', 'info']),
      timestamp: z.iso.datetime({ offset: true }),
      component: z.string(),
      group: z.string(),
      class: z.string(),
      custom_details: z.record(z.string(), z.string()),
    }),
    client: z.string(),
    client_url: z.url().optional(),
    links: z.array(z.strictObject({ href: z.url(), text: z.string() })).optional(),
  }),
  z.strictObject({
    routing_key: z.string().length(32),
    event_action: z.literal('resolve'),
    dedup_key: z.string().min(1).max(255),
  }),
]);

/** The signed webhook: as Standard Webhooks has it, so many seconds old at most. */
const TOLERANCE_S = 300;
const WebhookMessage = z.strictObject({
  type: z.enum([
    'greenlight.incident.opened',
    'greenlight.incident.raised',
    'greenlight.incident.resolved',
    'greenlight.incident.told',
    'greenlight.incident.test',
  ]),
  timestamp: z.iso.datetime({ offset: true }),
  data: z.looseObject({ key: z.string(), incident: z.string(), headline: z.string() }),
});

/** Stand-ins for what people are told by: each refuses what the service would refuse, and remembers what it remembers. */
export async function startStandIns(): Promise<StandIns> {
  const seen = new Set<string>();
  const takes: Record<Service, (said: Said) => string> = {
    slack: ({ body }) => SlackMessage.parse(body).text,
    teams: ({ body, text }) => {
      if (text.length > 28 * 1024) throw new Error('more than 28 KB');
      const [card] = TeamsMessage.parse(body).attachments;
      return card?.content.body[0]?.inlines[0]?.text ?? '';
    },
    pagerduty: ({ body }) => {
      const event = Event.parse(body);
      if (event.routing_key !== ROUTING_KEY) throw new Error('Invalid routing key');
      if (event.event_action === 'trigger') standIns.open.set(event.dedup_key, event.payload.summary);
      else standIns.open.delete(event.dedup_key);
      return `${event.event_action}${event.event_action === 'trigger' ? ` ${event.payload.severity}` : ''}`;
    },
    webhook: ({ body, headers, text }) => {
      const { type } = WebhookMessage.parse(body);
      const [id, stamp, signed] = ['webhook-id', 'webhook-timestamp', 'webhook-signature'].map((name) =>
        String(headers[name]),
      ) as [string, string, string];
      if (!signed.split(' ').includes(signature(WEBHOOK_SECRET, id, Number(stamp), text)))
        throw new Error('the signature is wrong');
      if (Math.abs(standIns.clock() / 1000 - Number(stamp)) > TOLERANCE_S)
        throw new Error('the time is wrong');
      if (seen.has(id)) standIns.repeated.push(id);
      seen.add(id);
      return type.replace('greenlight.incident.', '');
    },
  };
  const server = createServer((request, response) => {
    let text = '';
    request.setEncoding('utf8').on('data', (part: string) => (text += part));
    request.on('end', () => {
      const service = (request.url ?? '').slice(1) as Service;
      const fails = standIns.fails[service];
      if (fails === 'hang-up') return void request.socket.destroy();
      if (fails !== undefined) return void response.writeHead(fails).end();
      try {
        const said = {
          path: request.url ?? '',
          headers: request.headers,
          text,
          body: JSON.parse(text) as unknown,
        };
        standIns.arrived[service].push(takes[service](said));
        setTimeout(() => response.writeHead(service === 'pagerduty' ? 202 : 200).end('ok'), standIns.delayMs);
      } catch (error) {
        standIns.refused.push(`${service}: ${error instanceof Error ? error.message : String(error)}`);
        response.writeHead(400).end();
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const standIns: StandIns = {
    url: (service) => `http://127.0.0.1:${(server.address() as AddressInfo).port}/${service}`,
    arrived: { slack: [], teams: [], pagerduty: [], webhook: [] },
    open: new Map(),
    repeated: [],
    refused: [],
    fails: {},
    delayMs: 0,
    clock: () => Date.now(),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  return standIns;
}
