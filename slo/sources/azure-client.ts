import { Unavailable } from '../../contract/cannot-tell.ts';
import { z } from 'zod';
import type { Periods } from '../period-readings.ts';

/** How a workspace is reached. */
export interface AzureLogs {
  readonly url: string;
  readonly workspace: string;
  /** Gives a bearer token that is valid now. @throws Unavailable */
  readonly token: () => Promise<string>;
  /** Milliseconds. */
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
}

/** A question in KQL, about rows of this stretch of time only (Unix seconds). */
export interface AzureQuestion {
  readonly query: string;
  readonly startS: number;
  readonly endS: number;
}

/** An error of Azure; one beside tables means that they are a part only. */
const Fault = z.object({ code: z.string().optional(), message: z.string().optional() });
const Answer = z.object({
  tables: z.array(
    z.object({ columns: z.array(z.object({ name: z.string() })), rows: z.array(z.array(z.unknown())) }),
  ),
  error: Fault.optional(),
});
const Refused = z.object({ error: Fault });

/**
 * Asks a workspace for the columns `start` and `value`, as the vendor's own client asks. A number that is none arrives as
 * a text or as null, and is NaN. @throws Unavailable
 */
export async function askAzureLogs(
  options: AzureLogs,
  { query, startS, endS }: AzureQuestion,
): Promise<{ periods: Periods; warning?: string }> {
  const { url, workspace, timeoutMs = 30_000, signal } = options;
  const address = `${url.replace(/\/+$/, '')}/v1/workspaces/${workspace}/query`;
  const hint = `see slo.source.workspace, and that the token is still valid for ${url} and may read the workspace`;
  const iso = (atS: number): string => new Date(atS * 1000).toISOString();
  const token = await options.token();
  const limit = AbortSignal.timeout(timeoutMs);
  let status: number;
  let body: unknown;
  try {
    const response = await fetch(address, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${token}`,
        accept: 'application/json',
        'content-type': 'application/json',
      },
      body: JSON.stringify({ query, timespan: `${iso(startS)}/${iso(endS)}` }),
      redirect: 'manual',
      signal: signal === undefined ? limit : AbortSignal.any([limit, signal]),
    });
    status = response.status;
    body = JSON.parse(await response.text());
  } catch (cause) {
    throw new Unavailable(`no answer from ${address} that can be read: ${String(cause)}`, hint, {
      cause,
    });
  }
  const answer = Answer.safeParse(body);
  if (status !== 200 || !answer.success) {
    const { code, message } = Refused.safeParse(body).data?.error ?? {};
    const why = [code, message].filter(Boolean).join(': ') || 'without a reason that can be read';
    throw new Unavailable(
      `Azure answered ${status}: ${why}`,
      status === 400 ? `look at the query: ${query}` : hint,
    );
  }
  const { tables, error } = answer.data;
  const [table] = tables;
  const columns = table?.columns.map(({ name }) => name) ?? [];
  const [start, value] = [columns.indexOf('start'), columns.indexOf('value')];
  if (table === undefined || start < 0 || value < 0) {
    throw new Unavailable('the answer of Azure has no such columns', hint);
  }
  const periods = new Map(
    table.rows.map((row): [number, number] => {
      const found = row[value];
      return [Date.parse(String(row[start])) / 1000, typeof found === 'number' ? found : NaN];
    }),
  );
  return {
    periods,
    ...(error === undefined ? {} : { warning: `${error.code ?? 'error'}: ${error.message ?? ''}` }),
  };
}
