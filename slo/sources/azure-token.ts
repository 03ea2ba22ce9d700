import { Unavailable } from '../../contract/cannot-tell.ts';
import type { MetricsSource } from '../../contract/slo/metrics-source.ts';
import { resolveSecret } from '../../safety/secrets.ts';
import { importClient } from './import-client.ts';

type AzureSource = Extract<MetricsSource, { adapter: 'azure-logs' }>;

/** What a credential of Azure can do for us: it keeps its tokens, and gets a new one in time. */
export interface AzureCredential {
  getToken(
    scopes: string,
    options?: { readonly abortSignal?: AbortSignal },
  ): Promise<{ readonly token: string } | null>;
}

const LONGEST_MS = 30_000;

/** Whom a token must be for, by the end of the address of the logs: the clouds are apart. */
const AUDIENCES: readonly (readonly [hostEnd: string, audience: string])[] = [
  ['.azure.cn', 'https://api.loganalytics.azure.cn'],
  ['.us', 'https://api.loganalytics.us'],
];

/** Whom the token of a source must be for: what the plan says, or what its address shows. */
export function audienceOf({ audience, url }: Pick<AzureSource, 'audience' | 'url'>): string {
  const { hostname } = new URL(url);
  return audience ?? AUDIENCES.find(([end]) => hostname.endsWith(end))?.[1] ?? 'https://api.loganalytics.io';
}

/**
 * Gives a token that is valid now: that of the plan as it is, or one of the credentials of the environment, which are
 * opened at the first question. @throws GreenlightError SECRET_MISSING
 */
export function azureToken(
  source: AzureSource,
  env: NodeJS.ProcessEnv,
  signal?: AbortSignal,
  open: () => Promise<AzureCredential> = defaultCredential,
): () => Promise<string> {
  if (source.token !== undefined) {
    const token = resolveSecret(source.token, env);
    return () => Promise.resolve(token);
  }
  let opened: Promise<AzureCredential> | undefined;
  const scope = `${audienceOf(source).replace(/\/+$/, '')}/.default`;
  return async () => {
    const credential = await (opened ??= open());
    const hint = `let the environment say who we are (az login, AZURE_TENANT_ID with AZURE_CLIENT_ID and AZURE_CLIENT_SECRET, a managed identity), or give slo.source.token`;
    // A managed identity that is not there is tried again for minutes.
    const limit = AbortSignal.timeout(LONGEST_MS);
    const found = await credential
      .getToken(scope, { abortSignal: signal === undefined ? limit : AbortSignal.any([limit, signal]) })
      .catch((cause: unknown) => {
        const why = cause instanceof Error ? `${cause.name}: ${cause.message}` : String(cause);
        throw new Unavailable(`Azure gave no token for ${scope}: ${why}`, hint, { cause });
      });
    if (found === null) throw new Unavailable(`Azure gave no token for ${scope}`, hint);
    return found.token;
  };
}

async function defaultCredential(): Promise<AzureCredential> {
  const identity = await importClient(
    '@azure/identity',
    () => import('@azure/identity'),
    'give slo.source.token',
  );
  return new identity.DefaultAzureCredential();
}
