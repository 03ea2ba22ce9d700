import type Stripe from 'stripe';
import type { EndpointEntry } from './books.ts';
import type { Faults } from './faults.ts';
import { now } from './ids.ts';
import { signatureHeader } from './signature.ts';

/** One attempt to deliver one event to one endpoint. */
export interface Attempt {
  readonly event: string;
  readonly type: string;
  readonly endpoint: string;
  readonly url: string;
  /** 1 for the first. */
  readonly number: number;
  /** ISO 8601. */
  readonly at: string;
  /** The endpoint's answer, or why there was none. */
  readonly status: number | null;
  readonly error: string | null;
}

export interface DeliverySettings {
  /** Pause before each further attempt; their number bounds the attempts. */
  readonly retryDelaysMs: readonly number[];
  readonly timeoutMs: number;
}

export interface Deliveries {
  /** Sends an event to an endpoint in the background. `delivered` is called at the first 2xx. */
  send(event: Stripe.Event, to: EndpointEntry, delivered: () => void): void;
  /** Newest first, bounded. */
  attempts(): readonly Attempt[];
  close(): void;
}

interface Parcel {
  readonly event: Stripe.Event;
  readonly to: EndpointEntry;
  readonly delivered: () => void;
}

const MOST_ATTEMPTS = 5_000;
const WRONG_SECRET = 'whsec_nobody_has_this_one';

/** Delivers events the way Stripe does: signed, at least once, in no promised order, again until 2xx or given up. */
export function createDeliveries(
  settings: DeliverySettings,
  faults: Faults,
  /** Whether the endpoint still wants deliveries: a deleted or disabled one gets no further attempt. */
  stillWanted: (endpointId: string) => boolean,
): Deliveries {
  const attempts: Attempt[] = [];
  const timers = new Set<NodeJS.Timeout>();
  const closing = new AbortController();
  let held: Parcel[] = [];

  const later = (ms: number, work: () => void): void => {
    if (closing.signal.aborted) return;
    const timer = setTimeout(() => {
      timers.delete(timer);
      work();
    }, ms);
    timers.add(timer);
  };

  const attempt = async (parcel: Parcel, number: number, last: boolean): Promise<void> => {
    if (!stillWanted(parcel.to.endpoint.id)) return;
    const outcome = await post(parcel);
    if (closing.signal.aborted) return;
    attempts.push({
      event: parcel.event.id,
      type: parcel.event.type,
      endpoint: parcel.to.endpoint.id,
      url: parcel.to.endpoint.url,
      number,
      at: new Date().toISOString(),
      ...outcome,
    });
    if (attempts.length > MOST_ATTEMPTS) attempts.shift();
    if (outcome.status !== null && outcome.status >= 200 && outcome.status <= 299) return parcel.delivered();
    const pause = settings.retryDelaysMs[number - 1];
    if (last || pause === undefined) return;
    later(pause, () => void attempt(parcel, number + 1, false));
  };

  const post = async (parcel: Parcel): Promise<Pick<Attempt, 'status' | 'error'>> => {
    // Stripe's bodies are indented: a receiver that parses and prints again computes another signature.
    const body = JSON.stringify(parcel.event, null, 2);
    const secret = faults.badSignature ? WRONG_SECRET : parcel.to.secret;
    try {
      const response = await fetch(parcel.to.endpoint.url, {
        method: 'POST',
        redirect: 'manual',
        headers: {
          'content-type': 'application/json; charset=utf-8',
          'user-agent': 'Stripe/1.0 (stand-in)',
          'stripe-signature': signatureHeader(body, secret, now() - faults.staleSignatureSeconds),
        },
        body,
        signal: AbortSignal.any([closing.signal, AbortSignal.timeout(settings.timeoutMs)]),
      });
      await response.arrayBuffer();
      return { status: response.status, error: null };
    } catch (error) {
      const cause = error instanceof Error && error.cause instanceof Error ? `: ${error.cause.message}` : '';
      return { status: null, error: `${error instanceof Error ? error.message : String(error)}${cause}` };
    }
  };

  const dispatch = (parcel: Parcel): void => {
    for (let copy = 0; copy <= faults.duplicateDeliveries; copy += 1) {
      later(faults.delayDeliveriesMs, () => void attempt(parcel, 1, copy > 0));
    }
  };

  return {
    send(event, to, delivered) {
      if (faults.dropDeliveries || closing.signal.aborted) return;
      const parcel = { event, to, delivered };
      if (faults.reverseDeliveriesOf === 0) return dispatch(parcel);
      held.push(parcel);
      if (held.length < faults.reverseDeliveriesOf) return;
      const together = held.reverse();
      held = [];
      together.forEach((one, index) => later(index * 50, () => dispatch(one)));
    },
    attempts: () => [...attempts].reverse(),
    close() {
      closing.abort();
      timers.forEach((timer) => clearTimeout(timer));
      timers.clear();
    },
  };
}
