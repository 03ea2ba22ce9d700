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
  const abort = (): void => void client.end();
  options.signal?.addEventListener('abort', abort, { once: true });
  try {
    await client.connect();
    return await body(client);
  } catch (error) {
    options.signal?.throwIfAborted();
    throw error;
  } finally {
    options.signal?.removeEventListener('abort', abort);
    await client.end();
  }
}
