import type Stripe from 'stripe';
import { z } from 'zod';
import { invalidRequest, noSuch } from './api-error.ts';
import type { Books, EndpointEntry } from './books.ts';
import type { Deliveries } from './deliveries.ts';
import { newId, now, randomLetters } from './ids.ts';
import { pageOf, within } from './lists.ts';
import { boolean, clearableText, expand, list, metadata, page, range, text } from './params.ts';

/** The API version that events are written in; typed by stripe-node, so that an update of it shows here. */
export const API_VERSION: Stripe.LatestApiVersion = '2026-10-28.endive';

/** Who caused an event. */
export interface Cause {
  readonly requestId: string;
  readonly idempotencyKey: string | null;
}

type EventOf<T extends Stripe.Event['type']> = Extract<Stripe.Event, { type: T }>;

/** Writes an event and sends it to every endpoint that wants it. */
export type Announce = <T extends Stripe.Event['type']>(
  cause: Cause,
  type: T,
  object: EventOf<T>['data']['object'],
) => void;

export function announcer(books: Books, deliveries: Deliveries): Announce {
  return (cause, type, object) => {
    const wanting = books.endpoints
      .newestFirst()
      .filter(({ endpoint }) => endpoint.status === 'enabled' && wants(endpoint, type));
    const event = {
      id: newId('evt_3'),
      object: 'event',
      api_version: API_VERSION,
      created: now(),
      // As it is now: the object goes on changing, the event must not.
      data: { object: structuredClone(object) },
      livemode: false,
      pending_webhooks: wanting.length,
      request: { id: cause.requestId, idempotency_key: cause.idempotencyKey },
      type,
    } as unknown as Stripe.Event;
    books.events.set(event.id, event);
    for (const entry of wanting) deliver(event, entry, deliveries);
  };
}

/** Sends an event to all endpoints once more, as Stripe's dashboard and command line can. @throws ApiError */
export function resend(books: Books, deliveries: Deliveries, eventId: string): Stripe.Event {
  const event = books.events.get(eventId);
  if (!event) throw noSuch('event', eventId);
  for (const entry of books.endpoints.newestFirst()) {
    if (wants(entry.endpoint, event.type)) deliver(event, entry, deliveries);
  }
  return event;
}

const delivered = new WeakMap<Stripe.Event, Set<string>>();

function deliver(event: Stripe.Event, entry: EndpointEntry, deliveries: Deliveries): void {
  deliveries.send(event, entry, () => {
    const done = delivered.get(event) ?? new Set<string>();
    delivered.set(event, done);
    // A duplicate that arrives is not another endpoint.
    if (done.has(entry.endpoint.id)) return;
    done.add(entry.endpoint.id);
    event.pending_webhooks = Math.max(0, event.pending_webhooks - 1);
  });
}

function wants(endpoint: Stripe.WebhookEndpoint, type: string): boolean {
  return endpoint.enabled_events.some((name) => name === '*' || name === type);
}

export const CreateEndpoint = z.strictObject({
  ...expand,
  url: text,
  enabled_events: list(text),
  api_version: text.optional(),
  description: clearableText.optional(),
  metadata: metadata.optional(),
  connect: boolean.optional(),
});

export const UpdateEndpoint = z.strictObject({
  ...expand,
  url: text.optional(),
  enabled_events: list(text).optional(),
  description: clearableText.optional(),
  metadata: metadata.optional(),
  disabled: boolean.optional(),
});

/** @returns the endpoint with its secret, which later answers leave out. @throws ApiError */
export function createEndpoint(
  books: Books,
  params: z.infer<typeof CreateEndpoint>,
  secret = `whsec_${randomLetters(32)}`,
): Stripe.WebhookEndpoint {
  checkUrl(params.url);
  const endpoint: Stripe.WebhookEndpoint = {
    id: newId('we_1'),
    object: 'webhook_endpoint',
    api_version: params.api_version ?? null,
    application: null,
    created: now(),
    description: params.description ?? null,
    enabled_events: params.enabled_events,
    livemode: false,
    metadata: params.metadata ?? {},
    status: 'enabled',
    url: params.url,
  };
  books.endpoints.set(endpoint.id, { endpoint, secret });
  return { ...endpoint, secret };
}

/** @throws ApiError */
export function updateEndpoint(
  books: Books,
  id: string,
  params: z.infer<typeof UpdateEndpoint>,
): Stripe.WebhookEndpoint {
  const { endpoint } = endpointOf(books, id);
  if (params.url !== undefined) {
    checkUrl(params.url);
    endpoint.url = params.url;
  }
  if (params.enabled_events) endpoint.enabled_events = params.enabled_events;
  if (params.description !== undefined) endpoint.description = params.description;
  if (params.metadata) endpoint.metadata = mergeMetadata(endpoint.metadata, params.metadata);
  if (params.disabled !== undefined) endpoint.status = params.disabled ? 'disabled' : 'enabled';
  return endpoint;
}

/** @throws ApiError */
export function deleteEndpoint(books: Books, id: string): Stripe.DeletedWebhookEndpoint {
  endpointOf(books, id);
  books.endpoints.delete(id);
  return { id, object: 'webhook_endpoint', deleted: true };
}

/** @throws ApiError */
export function endpointOf(books: Books, id: string): EndpointEntry {
  const entry = books.endpoints.get(id);
  if (!entry) throw noSuch('webhook endpoint', id, 'webhook_endpoint');
  return entry;
}

/** Pairs with '' are removed, others are added or replaced. */
export function mergeMetadata(
  before: Readonly<Record<string, string>>,
  change: Readonly<Record<string, string>>,
): Record<string, string> {
  return Object.fromEntries(Object.entries({ ...before, ...change }).filter(([, value]) => value !== ''));
}

export const ListEvents = z.strictObject({
  ...page,
  type: text.optional(),
  types: list(text).optional(),
  created: range.optional(),
  delivery_success: boolean.optional(),
});

/** @throws ApiError */
export function listEvents(books: Books, params: z.infer<typeof ListEvents>): Stripe.ApiList<Stripe.Event> {
  const { type, types, created, delivery_success: success } = params;
  if (type !== undefined && types !== undefined) {
    throw invalidRequest('You may only specify one of these parameters: type, types.', {
      code: 'parameters_exclusive',
    });
  }
  const events = books.events
    .newestFirst()
    .filter(
      (event) =>
        (type === undefined || matches(type, event.type)) &&
        (types === undefined || types.includes(event.type)) &&
        within(event.created, created) &&
        (success === undefined || (event.pending_webhooks === 0) === success),
    );
  return pageOf(events, params, '/v1/events', 'event');
}

/** `charge.*` stands for all events of charges. */
function matches(pattern: string, type: string): boolean {
  return pattern.endsWith('*') ? type.startsWith(pattern.slice(0, -1)) : pattern === type;
}

function checkUrl(url: string): void {
  if (URL.canParse(url) && /^https?:$/.test(new URL(url).protocol)) return;
  throw invalidRequest('Invalid URL: An explicit scheme (such as https) must be provided.', {
    code: 'url_invalid',
    param: 'url',
  });
}
