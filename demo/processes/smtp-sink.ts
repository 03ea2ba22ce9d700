import { z } from 'zod';
import { startSink } from '../../sink/sink.ts';
import { serveParent } from './serve-parent.ts';

/** The sink of the demo: any ports, and it can be told to refuse mail. */
const Limits = z.strictObject({
  messages: z.number().int().positive(),
  bytes: z.number().int().positive(),
  messageBytes: z.number().int().positive(),
});

const Faults = z.strictObject({
  /** Answer every recipient with 550. */
  refuse: z.boolean().default(false),
});

serveParent(Limits, async ({ messages, bytes, messageBytes }) => {
  const faults = { refuse: false };
  const sink = await startSink({
    host: '127.0.0.1',
    ports: { smtp: 0, webhooks: 0, observe: 0 },
    limits: { count: messages, bytes, messageBytes },
    refusesMail: () => faults.refuse,
    routes: {
      'POST /faults': async (_query, json) => {
        const parsed = Faults.safeParse(await json());
        if (!parsed.success) return { status: 400, body: { error: z.prettifyError(parsed.error) } };
        return { status: 200, body: Object.assign(faults, parsed.data) };
      },
    },
    onArrival: (arrival) => {
      if (arrival.what === 'refused') console.error(`${arrival.kind}: ${arrival.reason}`);
    },
  });
  return {
    ready: { smtpPort: sink.ports.smtp, httpPort: sink.ports.observe },
    close: () => sink.close(),
  };
});
