import pg from 'pg';

/**
 * Lends one connection. An abort ends it at once, and with it the statement under way, however long that would take.
 * @throws the signal's reason after an abort
 */
export async function withClient<T>(
  options: { readonly url: string; readonly name: string; readonly signal?: AbortSignal | undefined },
  body: (client: pg.Client) => Promise<T>,
): Promise<T> {
  options.signal?.throwIfAborted();
  const client = new pg.Client({
    connectionString: options.url,
    application_name: options.name,
    connectionTimeoutMillis: 10_000,
  });
  // Unheard, a server that goes away would end the whole process; the statement under way rejects anyhow.
  client.on('error', () => undefined);
  const { signal } = options;
  const aborted = new Promise<never>((_, reject) => {
    signal?.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
  });
  const work = async (): Promise<T> => {
    await client.connect();
    return body(client);
  };
  try {
    // A race, because pg never settles a `connect` that is overtaken by `end`.
    return await Promise.race([work(), aborted]);
  } finally {
    const ended = client.end();
    if (signal?.aborted !== true) await ended;
  }
}
