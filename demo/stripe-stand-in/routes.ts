import type Stripe from 'stripe';
import { z } from 'zod';
import { ApiError, noSuch } from './api-error.ts';
import type { Bank } from './bank.ts';
import { chargeOf, ListCharges, listCharges } from './charges.ts';
import { ConfirmParams, confirmIntent } from './confirmation.ts';
import type { FormFields } from './form-body.ts';
import { expand, page, readParams } from './params.ts';
import {
  CancelIntent,
  cancelIntent,
  CaptureIntent,
  captureIntent,
  CreateIntent,
  createIntent,
  intentOf,
  ListIntents,
  listIntents,
  requireStatus,
  SearchIntents,
  searchIntents,
  UpdateIntent,
  updateIntent,
} from './payment-intents.ts';
import { expanded } from './expand.ts';
import { pageOf } from './lists.ts';
import { CreateRefund, createRefund, ListRefunds, listRefunds, refundOf } from './refunds.ts';
import {
  CreateEndpoint,
  createEndpoint,
  deleteEndpoint,
  endpointOf,
  ListEvents,
  listEvents,
  UpdateEndpoint,
  updateEndpoint,
  type Cause,
} from './webhooks.ts';

/** One request of the API, after authentication. */
export interface ApiRequest {
  readonly method: string;
  readonly path: string;
  readonly fields: FormFields;
  readonly cause: Cause;
}

interface Handler {
  readonly method: 'GET' | 'POST' | 'DELETE';
  /** `:id` stands for one segment. */
  readonly path: string;
  handle(bank: Bank, fields: FormFields, id: string, cause: Cause): object;
}

/** Reads the parameters of a route, does the work, and expands what was asked for. */
function route<T extends z.ZodType<{ expand?: string[] | undefined }>>(
  method: Handler['method'],
  path: string,
  params: T,
  work: (bank: Bank, params: z.infer<T>, id: string, cause: Cause) => object,
): Handler {
  return {
    method,
    path,
    handle: (bank, fields, id, cause) => {
      const read = readParams(params, fields);
      return expanded(bank.books, work(bank, read, id, cause), read.expand);
    },
  };
}

const None = z.strictObject(expand);
const Page = z.strictObject(page);

const ROUTES: readonly Handler[] = [
  route('POST', '/v1/payment_intents', CreateIntent, (bank, params, _, cause) =>
    createIntent(bank, params, cause),
  ),
  route('GET', '/v1/payment_intents', ListIntents, ({ books }, params) => listIntents(books, params)),
  route('GET', '/v1/payment_intents/search', SearchIntents, ({ books }, params) =>
    searchIntents(books, params),
  ),
  route('GET', '/v1/payment_intents/:id', None, ({ books }, _, id) => intentOf(books, id)),
  route('POST', '/v1/payment_intents/:id', UpdateIntent, (bank, params, id) =>
    updateIntent(bank, id, params),
  ),
  route('POST', '/v1/payment_intents/:id/confirm', ConfirmParams, (bank, params, id, cause) => {
    const intent = intentOf(bank.books, id);
    requireStatus(intent, 'confirmed', [
      'requires_payment_method',
      'requires_confirmation',
      'requires_action',
    ]);
    confirmIntent(bank, intent, params, true)(cause);
    return intent;
  }),
  route('POST', '/v1/payment_intents/:id/capture', CaptureIntent, (bank, params, id, cause) =>
    captureIntent(bank, id, params, cause),
  ),
  route('POST', '/v1/payment_intents/:id/cancel', CancelIntent, (bank, params, id, cause) =>
    cancelIntent(bank, id, params, cause),
  ),
  route('GET', '/v1/charges', ListCharges, ({ books }, params) => listCharges(books, params)),
  route('GET', '/v1/charges/:id', None, ({ books }, _, id) => chargeOf(books, id)),
  route('POST', '/v1/refunds', CreateRefund, (bank, params, _, cause) => createRefund(bank, params, cause)),
  route('GET', '/v1/refunds', ListRefunds, ({ books }, params) => listRefunds(books, params)),
  route('GET', '/v1/refunds/:id', None, ({ books }, _, id) => refundOf(books, id)),
  route('GET', '/v1/events', ListEvents, ({ books }, params) => listEvents(books, params)),
  route('GET', '/v1/events/:id', None, ({ books }, _, id) => {
    const event = books.events.get(id);
    if (!event) throw noSuch('event', id);
    return event;
  }),
  route('POST', '/v1/webhook_endpoints', CreateEndpoint, ({ books }, params) =>
    createEndpoint(books, params),
  ),
  route('GET', '/v1/webhook_endpoints', Page, ({ books }, params) =>
    pageOf(
      books.endpoints.newestFirst().map((entry) => entry.endpoint),
      params,
      '/v1/webhook_endpoints',
      'webhook endpoint',
    ),
  ),
  route('GET', '/v1/webhook_endpoints/:id', None, ({ books }, _, id) => endpointOf(books, id).endpoint),
  route('POST', '/v1/webhook_endpoints/:id', UpdateEndpoint, ({ books }, params, id) =>
    updateEndpoint(books, id, params),
  ),
  route('DELETE', '/v1/webhook_endpoints/:id', None, ({ books }, _, id) => deleteEndpoint(books, id)),
  route('GET', '/v1/account', None, () => ACCOUNT),
  route('GET', '/v1/balance', None, ({ books }) => balance(books.charges.newestFirst())),
];

/** Does what a request asks for. @throws ApiError */
export function answerRequest(bank: Bank, request: ApiRequest): object {
  const segments = request.path.split('/');
  for (const handler of ROUTES) {
    if (handler.method !== request.method) continue;
    const pattern = handler.path.split('/');
    if (pattern.length !== segments.length) continue;
    const at = pattern.indexOf(':id');
    if (!pattern.every((part, index) => index === at || part === segments[index])) continue;
    return handler.handle(bank, request.fields, decodeURIComponent(segments[at] ?? ''), request.cause);
  }
  throw new ApiError(404, {
    type: 'invalid_request_error',
    message: `Unrecognized request URL (${request.method}: ${request.path}). This stand-in does not offer it.`,
  });
}

const ACCOUNT: Stripe.Account = {
  id: 'acct_1StandInForStripe',
  object: 'account',
  charges_enabled: true,
  country: 'US',
  default_currency: 'usd',
  details_submitted: true,
  email: 'stand-in@example.test',
  payouts_enabled: true,
  type: 'standard',
};

function balance(charges: readonly Stripe.Charge[]): Stripe.Balance {
  const held = new Map<string, number>([['usd', 0]]);
  for (const charge of charges) {
    const net = charge.amount_captured - (charge.captured ? charge.amount_refunded : 0);
    held.set(charge.currency, (held.get(charge.currency) ?? 0) + net);
  }
  const sums = [...held].map(([currency, amount]) => ({ amount, currency, source_types: { card: amount } }));
  return {
    object: 'balance',
    available: sums,
    livemode: false,
    pending: sums.map(({ currency }) => ({ amount: 0, currency, source_types: { card: 0 } })),
  };
}
