import { z } from 'zod';
import { parseJson } from '../../../contract/flow/exact-json.ts';
import { PlanMistake } from '../../../contract/plan/plan-mistake.ts';
import type { ObservePort } from '../../../contract/ports/observe.ts';
import type { ReceivedWebhook, WebhookSinkQuery } from '../../../contract/ports/webhook-sink.ts';
import { sinkClient, type SinkSource } from '../sink-client.ts';

const Webhooks = z.array(
  z.object({
    id: z.string(),
    method: z.string(),
    path: z.string(),
    query: z.string(),
    headers: z.record(z.string(), z.string()),
    text: z.string(),
    receivedAt: z.string(),
  }),
);

/** A shorter text would stand in webhooks of others as well. */
const LEAST_CONTAINED = 4;
/** A text that no webhook ever had, to prove that they can be searched. */
const NOTHING = 'greenlight-readiness-no-such-webhook';

/** Reads the webhooks of a `greenlight sink`: `GET /webhooks?contains=<text>` answers with a list. */
export function greenlightSinkWebhooks(source: SinkSource): ObservePort<'webhookSink'> {
  const sink = sinkClient('webhookSink', source);
  const look = async ({ contains, path }: WebhookSinkQuery): Promise<readonly ReceivedWebhook[]> => {
    const where = path === undefined ? '' : `&path=${encodeURIComponent(path)}`;
    const found = await sink.read(`/webhooks?contains=${encodeURIComponent(contains)}${where}`, Webhooks);
    return found.map((one) => ({ ...one, json: jsonOf(one.text) }));
  };
  return {
    async find(query) {
      refuseVague(query);
      const found = await look(query);
      return found.length > 0 ? found : null;
    },
    completeForMs: () => sink.completeForMs('webhooks'),
    ready: async () => void (await look({ contains: NOTHING })),
    close: async () => {},
  };
}

/** Nothing in particular would be found in webhooks of anybody. @throws PlanMistake */
function refuseVague({ contains }: WebhookSinkQuery): void {
  if (typeof contains === 'string' && contains.length >= LEAST_CONTAINED) return;
  throw new PlanMistake(
    `the query for webhooks has ${typeof contains === 'string' ? `only ${contains.length} characters` : typeof contains} in "contains"`,
    `give at least ${LEAST_CONTAINED} characters that no other webhook has, such as what ctx.unique() made`,
  );
}

function jsonOf(text: string): unknown {
  try {
    return parseJson(text);
  } catch {
    // Anything may be sent; the text is there.
    return null;
  }
}
