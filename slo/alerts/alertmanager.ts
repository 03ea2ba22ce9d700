import { Unavailable } from '../../contract/cannot-tell.ts';
import { z } from 'zod';
import type { AlertsCheck } from '../../contract/slo/alerts-check.ts';
import { resolveSecret } from '../../safety/secrets.ts';
import { askJson } from '../sources/ask-json.ts';
import { type Matcher, Route } from './route-tree.ts';

/** How the Alertmanager of a plan is reached; headers hold resolved secrets. */
export interface AlertmanagerOptions {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
}

const HINT = 'see that alertmanager.url is the address of an Alertmanager that answers from here';

const Status = z.object({ config: z.object({ original: z.string() }) });
const Config = z.object({ route: Route });

/** @throws GreenlightError SECRET_MISSING */
export function alertmanagerOf(
  { url, headers }: NonNullable<AlertsCheck['alertmanager']>,
  env: NodeJS.ProcessEnv,
): AlertmanagerOptions {
  return {
    url: url.replace(/\/+$/, ''),
    headers: Object.fromEntries(
      Object.entries(headers).map(([name, value]) => [name, resolveSecret(value, env)]),
    ),
  };
}

/** What somebody has silenced for now. */
export interface Silence {
  readonly matchers: readonly Matcher[];
  readonly endsAt: string;
  readonly comment: string;
}

const Silences = z.array(
  z.object({
    status: z.object({ state: z.string() }),
    endsAt: z.string(),
    comment: z.string().default(''),
    matchers: z.array(
      z.object({
        name: z.string(),
        value: z.string(),
        isRegex: z.boolean(),
        isEqual: z.boolean().default(true),
      }),
    ),
  }),
);

/** The silences that hold now. @throws Unavailable */
export async function activeSilences(
  { url, headers }: AlertmanagerOptions,
  signal?: AbortSignal,
): Promise<readonly Silence[]> {
  const { status, body } = await askJson(`${url}/api/v2/silences`, headers, HINT, signal);
  const answer = Silences.safeParse(body);
  if (status !== 200 || !answer.success)
    throw new Unavailable(`Alertmanager answered ${status}, and not with its silences`, HINT);
  return answer.data
    .filter((one) => one.status.state === 'active')
    .map(({ matchers, endsAt, comment }) => ({
      endsAt,
      comment,
      matchers: matchers.map(({ name, value, isRegex, isEqual }) => ({
        label: name,
        operator: `${isEqual ? (isRegex ? '=' : '') : '!'}${isRegex ? '~' : '='}`,
        value,
      })),
    }));
}

/** The routes that Alertmanager has loaded: version 2 of its interface gives its configuration. @throws Unavailable */
export async function loadedRoutes(
  { url, headers }: AlertmanagerOptions,
  signal?: AbortSignal,
): Promise<Route> {
  const { status, body } = await askJson(`${url}/api/v2/status`, headers, HINT, signal);
  const answer = Status.safeParse(body);
  if (status !== 200 || !answer.success)
    throw new Unavailable(`Alertmanager answered ${status}, and not with its configuration`, HINT);
  // Lazy: only this question needs to read YAML.
  const { parse } = await import('yaml');
  const config = Config.safeParse(parse(answer.data.config.original));
  if (config.success) return config.data.route;
  throw new Unavailable('the configuration of Alertmanager has no route that can be read', HINT);
}
