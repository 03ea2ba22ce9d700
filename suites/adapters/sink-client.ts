import { z } from 'zod';
import { type PortName, PortUnavailable } from '../../contract/ports/observe.ts';
import type { SecretString } from '../../contract/plan/secret.ts';
import { resolveSecret } from '../../safety/secrets.ts';
import { fetchJson, type JsonAnswer } from './fetch-json.ts';

/** Where a `greenlight sink` is read. */
export interface SinkSource {
  /** Its observe address. */
  readonly url: string;
  readonly token?: SecretString | undefined;
}

/** What both adapters of a sink ask it. */
export interface SinkClient {
  /** @throws PortUnavailable when it does not answer as a sink does */
  read<T>(path: string, schema: z.ZodType<T>): Promise<T>;
  post(path: string, json: unknown): Promise<JsonAnswer>;
  /** For how long it still has everything of the kind that came, in milliseconds. @throws PortUnavailable */
  completeForMs(kind: 'mails' | 'webhooks'): Promise<number>;
}

const Counts = z.object({ completeForMs: z.number() });
const Health = z.object({ mails: Counts, webhooks: Counts });

/** Nothing is sent before the first question. */
export function sinkClient(port: PortName, source: SinkSource): SinkClient {
  const base = source.url.replace(/\/+$/, '');
  const headers = (): Readonly<Record<string, string>> =>
    source.token === undefined ? {} : { authorization: `Bearer ${resolveSecret(source.token)}` };
  const read = async <T>(path: string, schema: z.ZodType<T>): Promise<T> => {
    const parsed = schema.safeParse((await fetchJson(port, `${base}${path}`, { headers: headers() })).body);
    if (parsed.success) return parsed.data;
    throw new PortUnavailable(
      port,
      `${source.url} did not answer as a sink does`,
      `point target.${port}.url to the sink's observe address, not to where mail and webhooks are sent`,
    );
  };
  return {
    read,
    post: (path, json) => fetchJson(port, `${base}${path}`, { method: 'POST', json, headers: headers() }),
    completeForMs: async (kind) => (await read('/healthz', Health))[kind].completeForMs,
  };
}
