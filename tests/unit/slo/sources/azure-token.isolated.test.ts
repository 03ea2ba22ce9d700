import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { MetricsSource } from '../../../../contract/slo/metrics-source.ts';
import { audienceOf, type AzureCredential, azureToken } from '../../../../slo/sources/azure-token.ts';

type AzureSource = Extract<MetricsSource, { adapter: 'azure-logs' }>;
function source(more: object = {}): AzureSource {
  const parsed = MetricsSource.parse({ adapter: 'azure-logs', workspace: 'b1a2', ...more });
  if (parsed.adapter !== 'azure-logs') throw new Error('another source');
  return parsed;
}
const ends: (() => void)[] = [];
afterEach(() => {
  ends.splice(0).forEach((end) => end());
  vi.unstubAllEnvs();
  vi.doUnmock('@azure/identity');
});

test('the token of the plan is given as it is', async () => {
  const given = source({ token: { secret: 'LOGS_TOKEN' } });
  expect(await azureToken(given, { LOGS_TOKEN: 'mine' })()).toBe('mine');
  expect(() => azureToken(given, {})).toThrow('LOGS_TOKEN');
});

test.each([
  [{}, 'https://api.loganalytics.io'],
  [{ url: 'https://api.loganalytics.azure.cn' }, 'https://api.loganalytics.azure.cn'],
  [{ url: 'https://api.loganalytics.us/' }, 'https://api.loganalytics.us'],
  [{ url: 'https://logs.example.com', audience: 'https://logs.example.com' }, 'https://logs.example.com'],
])('%j: a token for %s', (more, audience) => {
  expect(audienceOf(source(more))).toBe(audience);
});

test("the audiences are those of the vendor's client", async () => {
  const { KnownMonitorLogsQueryAudience: known } = await import('@azure/monitor-query-logs');
  expect([
    audienceOf(source()),
    audienceOf(source({ url: known.AzureChina })),
    audienceOf(source({ url: known.AzureGovernment })),
  ]).toEqual([known.AzurePublicCloud, known.AzureChina, known.AzureGovernment]);
});

test('a token is asked for at each question, so that one that runs out is renewed', async () => {
  const asked: string[] = [];
  const credential: AzureCredential = {
    getToken: (scope) => Promise.resolve({ token: `token ${asked.push(scope)}` }),
  };
  const open = vi.fn(() => Promise.resolve(credential));
  const token = azureToken(source(), {}, undefined, open);
  expect([await token(), await token()]).toEqual(['token 1', 'token 2']);
  expect(open).toHaveBeenCalledOnce();
  expect(asked).toEqual(Array(2).fill('https://api.loganalytics.io/.default'));
});

test.each<[string, AzureCredential['getToken'], string]>([
  ['a refusal', () => Promise.reject(new Error('AADSTS7000215: Invalid client secret')), 'AADSTS7000215'],
  ['nothing', () => Promise.resolve(null), 'Azure gave no token'],
])('%s is no answer, with a remedy', async (_name, getToken, said) => {
  const token = azureToken(source(), {}, undefined, () => Promise.resolve({ getToken }));
  await expect(token()).rejects.toMatchObject({
    name: 'Unavailable',
    message: expect.stringContaining(said) as string,
    remedy: expect.stringContaining('az login') as string,
  });
});

test('without the package that gets tokens, the error names it and the other way', async () => {
  vi.doMock('@azure/identity', () => {
    throw new Error("Cannot find package '@azure/identity'");
  });
  await expect(azureToken(source(), {})()).rejects.toMatchObject({
    name: 'Unavailable',
    message: expect.stringContaining('@azure/identity') as string,
    remedy: expect.stringMatching(
      /^npm install --save-dev @azure\/identity@[\d.]+, or give slo\.source\.token$/,
    ) as string,
  });
});

describe('the real @azure/identity', () => {
  /** The endpoint at which an App Service or a Function gets the token of its managed identity. */
  async function managedIdentity(): Promise<URL[]> {
    const asked: URL[] = [];
    const server = createServer((request, response) => {
      asked.push(new URL(request.url ?? '', 'http://127.0.0.1'));
      const knows = request.headers['x-identity-header'] === 'a-header';
      response.writeHead(knows ? 200 : 401, { 'content-type': 'application/json' }).end(
        JSON.stringify({
          access_token: 'managed',
          expires_on: String(Math.floor(Date.now() / 1000) + 3600),
          resource: asked[0]?.searchParams.get('resource'),
          token_type: 'Bearer',
        }),
      );
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    ends.push(() => void server.close());
    vi.stubEnv('AZURE_TOKEN_CREDENTIALS', 'ManagedIdentityCredential');
    vi.stubEnv('IDENTITY_ENDPOINT', `http://127.0.0.1:${(server.address() as AddressInfo).port}/token`);
    vi.stubEnv('IDENTITY_HEADER', 'a-header');
    return asked;
  }

  test('gets and keeps the token of a managed identity', async () => {
    const asked = await managedIdentity();
    const token = azureToken(source(), {});
    expect([await token(), await token()]).toEqual(['managed', 'managed']);
    expect(asked.map(({ searchParams }) => searchParams.get('resource'))).toEqual([
      'https://api.loganalytics.io',
    ]);
  });

  test('without any credentials there is no answer', async () => {
    vi.stubEnv('AZURE_TOKEN_CREDENTIALS', 'EnvironmentCredential');
    for (const name of ['AZURE_TENANT_ID', 'AZURE_CLIENT_ID']) vi.stubEnv(name, undefined);
    await expect(azureToken(source(), {})()).rejects.toMatchObject({
      name: 'Unavailable',
      message: expect.stringContaining('EnvironmentCredential is unavailable') as string,
    });
  });
});
