import { Unavailable } from '../../../../contract/cannot-tell.ts';
import { LogsQueryClient, type LogsQueryResult, LogsQueryResultStatus } from '@azure/monitor-query-logs';
import { afterEach, describe, expect, test } from 'vitest';
import { askAzureLogs } from '../../../../slo/sources/azure-client.ts';
import {
  type AzureAnswer,
  type AzureReply,
  type AzureStandIn,
  startAzure,
  table,
} from '../azure-stand-in.ts';

// Ours against the client of the vendor, at one and the same stand-in: the same request, and the same reading.
const START_S = 1_700_000_100;
const END_S = START_S + 300;
const QUERY =
  'AppRequests | where tostring(AppRoleName) == "shop" | summarize value = todouble(sum(ItemCount))';
const at = (minute: number): string => new Date((START_S + minute * 60) * 1000).toISOString();

let azure: AzureStandIn | undefined;
afterEach(async () => {
  await azure?.close();
  azure = undefined;
});

async function both(reply: AzureReply) {
  azure = await startAzure(reply);
  const { url, requests } = azure;
  const ours = askAzureLogs(
    { url, workspace: 'b1a2', token: () => Promise.resolve('a-token') },
    { query: QUERY, startS: START_S, endS: END_S },
  );
  const [our] = await Promise.allSettled([ours]);
  const client = new LogsQueryClient(
    { getToken: () => Promise.resolve({ token: 'a-token', expiresOnTimestamp: Date.now() + 3_600_000 }) },
    { endpoint: `${url.replace('http:', 'https:')}/v1`, retryOptions: { maxRetries: 0 } },
  );
  // It gives its token to https only, and here is no certificate: what it has signed goes out as it is, without TLS.
  client.pipeline.addPolicy(
    {
      name: 'without-tls',
      sendRequest: (request, next) => {
        request.url = request.url.replace('https:', 'http:');
        request.allowInsecureConnection = true;
        return next(request);
      },
    },
    { afterPhase: 'Sign' },
  );
  const interval = { startTime: new Date(START_S * 1000), endTime: new Date(END_S * 1000) };
  const [theirs] = await Promise.allSettled([client.queryWorkspace('b1a2', QUERY, interval)]);
  return { our, theirs, requests };
}

/** Values by time, as the vendor's client gives them; what is no number is NaN. */
function read(result: LogsQueryResult): [number, number][] {
  const tables = result.status === LogsQueryResultStatus.Success ? result.tables : result.partialTables;
  return (tables[0]?.rows ?? []).map(([start, value]) => [
    start instanceof Date ? start.getTime() / 1000 : NaN,
    typeof value === 'number' ? value : NaN,
  ]);
}

test('the same request: method, path, headers, query and time', async () => {
  const { requests } = await both(() => table([]));
  expect(requests).toHaveLength(2);
  expect(requests[0]).toStrictEqual(requests[1]);
  expect(requests[0]).toMatchObject({
    method: 'POST',
    path: '/v1/workspaces/b1a2/query',
    authorization: 'Bearer a-token',
  });
});

describe('the same reading', () => {
  const partial: AzureAnswer = {
    ...table([[at(0), 100]]),
    error: {
      code: 'PartialError',
      message: 'There were some errors when processing your query.',
      details: [
        { code: 'EngineError', message: 'Something went wrong processing your query on the server.' },
      ],
    },
  };
  test.each<[string, AzureAnswer]>([
    [
      'minutes with and without values',
      table([
        [at(0), 100],
        [at(1), 0],
        [at(4), 12.5],
      ]),
    ],
    // 25 rows of which each stands for four: Azure adds up, the answer does not show it.
    ['sums of sampled rows', table([[at(0), 25 * 4]])],
    [
      'null, NaN and infinity',
      table([
        [at(0), null],
        [at(1), 'NaN'],
        [at(2), 'Infinity'],
        [at(3), 1e300],
      ]),
    ],
    ['a time with seven digits', table([['2023-11-14T22:15:00.0000000Z', 3]])],
    ['no rows', table([])],
    ['a part only', partial],
  ])('%s', async (_name, answer) => {
    const { our, theirs } = await both(() => answer);
    if (our.status === 'rejected' || theirs.status === 'rejected') throw new Error('no answer');
    const { value } = theirs;
    expect([...our.value.periods]).toEqual(read(value));
    expect(our.value.warning).toBe(
      value.status === LogsQueryResultStatus.Success
        ? undefined
        : `${value.partialError.code}: ${value.partialError.message}`,
    );
  });
});

test.each([
  [400, 'BadArgumentError', 'The request had some invalid properties'],
  [401, 'InvalidTokenError', 'The provided authentication is not valid for this resource'],
  [403, 'InsufficientAccessError', 'The provided credentials have insufficient access'],
  [429, 'ThrottledError', 'Too many requests'],
])('the same refusal: %d', async (status, code, message) => {
  const { our, theirs } = await both(() => ({ status, body: { error: { code, message } } }));
  expect(theirs).toMatchObject({
    reason: { statusCode: status, details: { error: { code, message } } },
  });
  expect(our).toMatchObject({
    reason: { name: Unavailable.name, message: `Azure answered ${status}: ${code}: ${message}` },
  });
});
