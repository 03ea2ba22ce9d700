import { z } from 'zod';
import { PortUnavailable } from '../../../contract/ports/observe.ts';
import type { RecordLookup, RecordsQuery } from '../../../contract/ports/records.ts';
import { fetchJson } from '../fetch-json.ts';

const Answer = z.object({ rows: z.array(z.record(z.string(), z.unknown())) });

/**
 * Looks up rows through a reader of the user's own, for systems whose rows are not in PostgreSQL:
 *
 *     POST <url>/find
 *     { "from": "orders", "where": { "id": "42" }, "limit": 10 }
 *
 *     200
 *     { "rows": [{ "id": "42", "total": 1999 }] }
 *
 * `GET <url>/ready` must answer 200 with any JSON while the reader can read.
 * @param headers sent with every request, already resolved
 */
export function httpLookup(url: string, headers: Readonly<Record<string, string>>): RecordLookup {
  const base = url.replace(/\/+$/, '');
  const misfit = (path: string, what: string): PortUnavailable =>
    new PortUnavailable(
      'records',
      `${base}${path} ${what}`,
      'see docs/data.md for what a reader must answer',
    );
  return {
    async find(query: Omit<RecordsQuery, 'side'>) {
      const json = { from: query.from, where: query.where, limit: query.limit ?? 10 };
      const answer = await fetchJson('records', `${base}/find`, { method: 'POST', headers, json });
      if (answer.status === 404) throw misfit('/find', 'answered 404');
      const parsed = Answer.safeParse(answer.body);
      if (!parsed.success) throw misfit('/find', 'did not answer with { "rows": [...] }');
      return { rows: parsed.data.rows };
    },
    async ready() {
      const answer = await fetchJson('records', `${base}/ready`, { headers });
      if (answer.status === 404) throw misfit('/ready', 'answered 404');
    },
    close: async () => {},
  };
}
