import { type JsonServer, startJsonServer } from './json-server.ts';

/** Stand-ins of third parties behind one address: documents by path, which faults change. */
export interface ThirdParties extends JsonServer {
  readonly documents: Map<string, unknown>;
}

/** @param documents by the path, without its query */
export async function startThirdParties(documents: Readonly<Record<string, unknown>>): Promise<ThirdParties> {
  const table = new Map(Object.entries(documents));
  const server = await startJsonServer(({ url }) =>
    table.has(url.pathname)
      ? { json: table.get(url.pathname) }
      : { status: 404, json: { error: `the stand-in has no ${url.pathname}` } },
  );
  return { ...server, documents: table };
}
