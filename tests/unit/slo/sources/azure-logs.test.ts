import { afterEach, describe, expect, test } from 'vitest';
import type { z } from 'zod';
import { Slo } from '../../../../contract/slo/slo.ts';
import { evaluateSlo, openMetrics } from '../../../../slo/evaluate-slo.ts';
import { type AzureReply, type AzureStandIn, startAzure, table } from '../azure-stand-in.ts';

type Objective = z.input<typeof Slo>['objectives'][number];
const TOKEN = 'azure-token-77a1';
const common = { id: 'level-holds', title: 'The level holds', windowS: 300, minimumEvents: 50 } as const;
const unknown = (cause: string) => ({ outcome: 'unknown', cause });

let azure: AzureStandIn | undefined;
afterEach(async () => {
  await azure?.close();
  azure = undefined;
});

async function evaluate(reply: AzureReply, objective: Objective) {
  await azure?.close();
  azure = await startAzure(reply);
  const slo = Slo.parse({
    source: {
      adapter: 'azure-logs',
      workspace: 'b1a2',
      token: { secret: 'AZURE_LOGS_TOKEN' },
      url: azure.url,
    },
    up: 'AppRequests{AppRoleName="shop"}',
    scrapeS: 60,
    objectives: [objective],
  });
  const [only] = slo.objectives;
  if (only === undefined) throw new Error('no objective');
  return evaluateSlo(openMetrics(slo.source, { AZURE_LOGS_TOKEN: TOKEN }), slo, only);
}

/** Answers each question with one value per minute of the time that it asks about; `take 1` with one. */
function answering(valueOf: (query: string) => number | null | undefined, more: object = {}): AzureReply {
  return ({ body: { query } }) => {
    const [from = 0, to = 0] = [...query.matchAll(/datetime\(([^)]+)\)/g)].map(([, at = '']) =>
      Date.parse(at),
    );
    const value = valueOf(query);
    const rows: [string, number | null][] = [];
    for (let at = from; value !== undefined && at < to; at += 60_000)
      rows.push([new Date(at).toISOString(), value]);
    return { ...table(query.includes('take 1') ? rows.slice(0, 1) : rows), ...more };
  };
}
const failed: Objective = {
  ...common,
  kind: 'error-rate',
  bad: 'AppRequests{AppRoleName="shop",Success="false"}',
  total: 'AppRequests{AppRoleName="shop"}',
  atMost: { critical: 0.01 },
};
const fast: Objective = {
  ...common,
  kind: 'latency',
  histogram: 'AppRequests{AppRoleName="shop"}',
  underS: 0.5,
  atLeast: { critical: 0.95 },
};
const shop = (bad: number | undefined, slow: number, known = true) =>
  answering((query) => {
    if (query.includes('take 1')) return known ? 1 : undefined;
    return query.includes('DurationMs') ? 100 - slow : /Success|ResultCode/.test(query) ? bad : 100;
  });
const queries = (): string[] => azure?.requests.map(({ body }) => body.query) ?? [];

test('passes and fails, with counts that sampling does not change', async () => {
  expect(await evaluate(shop(undefined, 2), failed)).toMatchObject({ outcome: 'pass', measured: 0 });
  expect(queries()).toContainEqual(
    expect.stringMatching(
      /^AppRequests \| where TimeGenerated >= datetime\(.*\) and TimeGenerated < datetime\(.*\) \| where tostring\(AppRoleName\) == "shop" \| where tostring\(Success\) =~ "false" \| summarize value = todouble\(sum\(ItemCount\)\) by start = bin\(TimeGenerated, 60s\)$/,
    ),
  );
  expect(await evaluate(shop(2, 2), failed)).toMatchObject({ outcome: 'fail', measured: 0.02 });
  expect(await evaluate(shop(0, 2), fast)).toMatchObject({ outcome: 'pass', measured: 0.98 });
  expect(await evaluate(shop(0, 6), fast)).toMatchObject({ outcome: 'fail', measured: 0.94 });
});

describe('no failed request is none only where its values are known', () => {
  const typo = { ...failed, bad: 'AppRequests{AppRoleName="shop",ResultCode=~"5xx"}' };

  test('no row with such a value in two weeks, of any role: a typing error, or a service without failures', async () => {
    const finding = await evaluate(shop(undefined, 0, false), typo);
    expect(finding).toMatchObject(unknown('no-such-series'));
    expect(finding.remedy).toContain('boolean column');
    expect(queries().at(-1)).toMatch(
      /^AppRequests \| where TimeGenerated >= .* \| where tostring\(ResultCode\) matches regex "\^\(\?:5xx\)\$" \| take 1 \| summarize value = todouble\(count\(\)\) by start = bin\(TimeGenerated, 60s\)$/,
    );
    const [from = '', to = ''] = azure?.requests.at(-1)?.body.timespan?.split('/') ?? [];
    expect(Date.parse(to) - Date.parse(from)).toBe(14 * 24 * 3_600_000);
  });

  test('one such row proves the value', async () => {
    expect(await evaluate(shop(undefined, 0), typo)).toMatchObject({ outcome: 'pass', measured: 0 });
  });

  test('failures of another role than the total is of are asked for together with it, which finds nothing', async () => {
    await evaluate(shop(undefined, 0), { ...failed, bad: 'AppRequests{AppRoleName="cart",Success="false"}' });
    expect(queries().at(-1)).toContain(
      'where tostring(AppRoleName) == "cart" | where (gettype(Success) == "bool" or tostring(Success) =~ "false") | where tostring(AppRoleName) == "shop" | take 1',
    );
  });

  test('what a boolean column may hold needs no row with it', async () => {
    await evaluate(shop(undefined, 0), failed);
    expect(queries().at(-1)).toContain(
      'where (gettype(Success) == "bool" or tostring(Success) =~ "false") | take 1',
    );
  });

  test('nothing is asked where there were failures, or where the total proves all values', async () => {
    await evaluate(shop(1, 0), failed);
    expect(queries().filter((query) => query.includes('take 1'))).toEqual([]);
    const exceptions = { ...failed, bad: 'AppExceptions{AppRoleName="shop"}' };
    const none = answering((query) => (query.startsWith('AppExceptions') ? undefined : 100));
    expect(await evaluate(none, exceptions)).toMatchObject({ outcome: 'pass', measured: 0 });
    expect(queries().filter((query) => query.includes('take 1'))).toEqual([]);
  });

  test('an answer that is a part only proves nothing', async () => {
    const reply: AzureReply = (request) => ({
      ...(shop(undefined, 0)(request) as ReturnType<typeof table>),
      ...(request.body.query.includes('take 1')
        ? { error: { code: 'PartialError', message: 'a part' } }
        : {}),
    });
    expect(await evaluate(reply, failed)).toMatchObject(unknown('metrics-incomplete'));
  });
});

const refusing =
  (status: number, code: string): AzureReply =>
  () => ({ status, body: { error: { code, message: 'no' } } });
test.each<[string, AzureReply, string]>([
  [
    'a partial answer',
    answering(() => 100, { error: { code: 'PartialError', message: 'a shard did not answer' } }),
    'metrics-incomplete',
  ],
  ['no rows', answering(() => undefined), 'target-not-scraped'],
  ['no traffic', answering((query) => (query.includes('ItemCount') ? 0 : 1)), 'too-few-events'],
  ['a value that is none', answering((query) => (query.includes('ItemCount') ? null : 1)), 'not-a-number'],
  ['throttling', refusing(429, 'ThrottledError'), 'metrics-unavailable'],
  ['an expired token', refusing(401, 'InvalidTokenError'), 'metrics-unavailable'],
  ['a column that is not there', refusing(400, 'BadArgumentError'), 'metrics-unavailable'],
  ['a page that is no answer', () => ({ status: 200, body: '<html>log in</html>' }), 'metrics-unavailable'],
  ['a redirect', () => ({ status: 302, body: '{}' }), 'metrics-unavailable'],
])('%s is unknown, and the token stays here', async (_name, answer, cause) => {
  const finding = await evaluate(answer, failed);
  expect(finding).toMatchObject(unknown(cause));
  expect(JSON.stringify(finding)).not.toContain(TOKEN);
});
