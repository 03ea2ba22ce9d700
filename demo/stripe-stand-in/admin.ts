import { z } from 'zod';
import { ApiError } from './api-error.ts';
import { authenticate } from './confirmation.ts';
import { Faults, noFaults } from './faults.ts';
import type { StripeAnswer } from './idempotency.ts';
import { intentOf } from './payment-intents.ts';
import type { StandIn } from './stand-in.ts';
import { STRIPE_STAND_IN } from './start.ts';
import { createEndpoint, resend } from './webhooks.ts';

const NewEndpoint = z.strictObject({
  url: z.url({ protocol: /^https?$/ }),
  enabled_events: z.array(z.string()).default(['*']),
  /** Chosen by the caller, so that a receiver can know it before it starts. */
  secret: z.string().startsWith('whsec_').optional(),
});

type Admin = (standIn: StandIn, body: unknown, id: string) => object;

/** What Stripe does not offer: for tests and for whoever operates the demo. JSON, no key needed. */
const ADMIN: Readonly<Record<string, Admin>> = {
  'GET /_stand-in/health': ({ bank }) => ({
    status: 'ok',
    ...STRIPE_STAND_IN,
    endpoints: bank.books.endpoints.newestFirst().length,
  }),
  'GET /_stand-in/faults': ({ faults }) => faults,
  'POST /_stand-in/faults': ({ faults }, body) => Object.assign(faults, read(Faults.partial(), body)),
  'DELETE /_stand-in/faults': ({ faults }) => Object.assign(faults, noFaults()),
  'GET /_stand-in/deliveries': ({ deliveries }) => ({ data: deliveries.attempts() }),
  'POST /_stand-in/webhook_endpoints': ({ bank }, body) => {
    const { secret, ...params } = read(NewEndpoint, body);
    return createEndpoint(bank.books, params, secret);
  },
  'POST /_stand-in/events/:id/resend': ({ bank, deliveries }, _, id) => resend(bank.books, deliveries, id),
  'POST /_stand-in/payment_intents/:id/authenticate': ({ bank }, _, id) => {
    const intent = intentOf(bank.books, id);
    authenticate(bank, intent, { requestId: 'req_authenticated', idempotencyKey: null });
    return intent;
  },
};

/** Answers a request below /_stand-in/. @throws ApiError */
export function answerAdmin(standIn: StandIn, method: string, path: string, body: string): StripeAnswer {
  const [, , kind, id, verb] = path.split('/');
  const name = id === undefined ? `${method} ${path}` : `${method} /_stand-in/${kind}/:id/${verb}`;
  const work = Object.hasOwn(ADMIN, name) ? ADMIN[name] : undefined;
  if (!work) {
    const known = Object.keys(ADMIN).join(', ');
    throw new ApiError(404, {
      type: 'invalid_request_error',
      message: `${name} is not known. Known: ${known}`,
    });
  }
  return { status: 200, body: work(standIn, json(body), id ?? '') };
}

function json(body: string): unknown {
  try {
    return body === '' ? {} : (JSON.parse(body) as unknown);
  } catch (error) {
    throw new ApiError(400, { type: 'invalid_request_error', message: `Not JSON: ${String(error)}` });
  }
}

function read<T extends z.ZodType>(schema: T, body: unknown): z.infer<T> {
  const parsed = schema.safeParse(body);
  if (parsed.success) return parsed.data;
  throw new ApiError(400, { type: 'invalid_request_error', message: z.prettifyError(parsed.error) });
}
