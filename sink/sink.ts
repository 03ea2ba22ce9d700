import type { Mail } from '../contract/ports/mailbox.ts';
import { createBoundedStore } from './bounded-store.ts';
import { importOptional } from '../host/import-optional.ts';
import type { Listening } from './listen-on.ts';
import { type Route, startObserve } from './observe.ts';
import type { Arrival, StoredWebhook } from './received.ts';
import { startSmtp } from './smtp.ts';
import { startWebhookReceiver } from './webhooks.ts';

/** The three doors of a sink. */
export type Door = 'smtp' | 'webhooks' | 'observe';

export interface SinkOptions {
  readonly host: string;
  /** 0: any that is free. */
  readonly ports: Readonly<Record<Door, number>>;
  /** Asked for by the observe door; undefined: nobody is asked for any. */
  readonly token?: string | undefined;
  readonly limits: {
    /** Of mails, and of webhooks. */
    readonly count: number;
    /** Of mails, and of webhooks, and of each while they come in. */
    readonly bytes: number;
    readonly messageBytes: number;
  };
  readonly refusesMail?: () => boolean;
  /** Further routes of the observe door. */
  readonly routes?: Readonly<Record<string, Route>>;
  readonly onArrival?: (arrival: Arrival) => void;
}

export interface Sink {
  readonly ports: Readonly<Record<Door, number>>;
  close(): Promise<void>;
}

/** A door that could not be opened. */
export class DoorsClosed extends Error {
  override readonly name = 'DoorsClosed';
  readonly doors: readonly { readonly door: Door; readonly port: number; readonly reason: unknown }[];
  constructor(doors: DoorsClosed['doors']) {
    super(doors.map(({ door, port }) => `${door} cannot listen on port ${port}`).join(', '));
    this.doors = doors;
  }
}

/**
 * Starts to receive mail and webhooks. All doors are open when it resolves, or none is.
 * @throws GreenlightError PART_MISSING, DoorsClosed
 */
export async function startSink(options: SinkOptions): Promise<Sink> {
  const { host, ports, limits, onArrival = () => undefined } = options;
  // Told now, and not by the first mail.
  await importOptional('postal-mime', () => import('postal-mime'));
  await importOptional('smtp-server', () => import('smtp-server'));
  const mails = createBoundedStore<Mail>(limits);
  const webhooks = createBoundedStore<StoredWebhook>(limits);
  const sizes = { message: limits.messageBytes, together: limits.bytes };
  const opening: readonly (readonly [Door, Promise<Listening>])[] = [
    [
      'smtp',
      startSmtp({
        host,
        port: ports.smtp,
        store: mails,
        limits: sizes,
        refuses: options.refusesMail ?? (() => false),
        onArrival,
      }),
    ],
    [
      'webhooks',
      startWebhookReceiver({ host, port: ports.webhooks, store: webhooks, limits: sizes, onArrival }),
    ],
    [
      'observe',
      startObserve({
        host,
        port: ports.observe,
        token: options.token,
        mails,
        webhooks,
        ...(options.routes === undefined ? {} : { more: options.routes }),
      }),
    ],
  ];
  const ends = await Promise.allSettled(opening.map(([, door]) => door));
  const opened = ends.flatMap((end) => (end.status === 'fulfilled' ? [end.value] : []));
  const close = async (): Promise<void> => {
    await Promise.all(opened.map((one) => one.close()));
  };
  const closed = ends.flatMap((end, at) => {
    const door = opening[at]?.[0];
    return end.status === 'fulfilled' || door === undefined
      ? []
      : [{ door, port: ports[door], reason: end.reason as unknown }];
  });
  if (closed.length > 0) {
    await close();
    throw new DoorsClosed(closed);
  }
  const [smtp, webhook, observe] = opened.map(({ port }) => port);
  return { ports: { smtp: smtp ?? 0, webhooks: webhook ?? 0, observe: observe ?? 0 }, close };
}
