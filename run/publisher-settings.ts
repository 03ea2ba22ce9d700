import { GreenlightError, type Problem } from '../contract/errors.ts';
import { hostOf, isLoopback } from '../contract/plan/loopback.ts';
import { isWebhookSecret } from '../reporters/publishers/webhook.ts';

/** Where else a verdict can go, by the name that users give. */
export const PUBLISHERS = [
  'github',
  'gitlab',
  'github-deployment',
  'codedeploy',
  'webhook',
  'slack',
  'pagerduty',
] as const;
export type PublisherName = (typeof PUBLISHERS)[number];

/** What is wrong with a value; undefined when nothing is. */
type Rule = (value: string) => string | undefined;

const anything: Rule = () => undefined;

/** The environment variables that a publisher needs. Optional ones are checked only when they are set. */
interface Settings {
  readonly needed: Readonly<Record<string, Rule>>;
  readonly optional: Readonly<Record<string, Rule>>;
}

const NONE: Settings = { needed: {}, optional: {} };
const SETTINGS: Record<PublisherName, Settings> = {
  github: NONE,
  gitlab: NONE,
  'github-deployment': {
    needed: {
      GITHUB_TOKEN: anything,
      GITHUB_REPOSITORY: (value) =>
        /^(?!\.+\/)[\w.-]+\/(?!\.+$)[\w.-]+$/.test(value) ? undefined : 'is not owner/name',
      GREENLIGHT_GITHUB_DEPLOYMENT: (value) =>
        /^\d+$/.test(value) ? undefined : 'is not the number of a deployment',
    },
    optional: { GITHUB_API_URL: secureUrl },
  },
  codedeploy: {
    needed: { GREENLIGHT_CODEDEPLOY_DEPLOYMENT: anything, GREENLIGHT_CODEDEPLOY_HOOK: anything },
    optional: {},
  },
  webhook: {
    needed: {
      GREENLIGHT_WEBHOOK_URL: secureUrl,
      GREENLIGHT_WEBHOOK_SECRET: (value) =>
        value.trim().split(/\s+/).every(isWebhookSecret)
          ? undefined
          : 'is not whsec_ and base64 of 24 to 64 bytes',
    },
    optional: {},
  },
  slack: { needed: { GREENLIGHT_SLACK_URL: secureUrl }, optional: {} },
  pagerduty: {
    needed: { GREENLIGHT_PAGERDUTY_ROUTING_KEY: anything },
    optional: { GREENLIGHT_PAGERDUTY_URL: secureUrl },
  },
};

/** Variables whose values must appear in no output; what tests a target has no business with them either. */
export const PUBLISHER_SECRETS = [
  'GREENLIGHT_WEBHOOK_URL',
  'GREENLIGHT_WEBHOOK_SECRET',
  'GREENLIGHT_SLACK_URL',
  'GREENLIGHT_PAGERDUTY_ROUTING_KEY',
] as const;

/**
 * Everything that is missing for the publishers that were asked for, before a run rather than after it.
 * @throws GreenlightError USAGE; no value is shown
 */
export function mustHaveSettings(names: readonly PublisherName[], env: NodeJS.ProcessEnv): void {
  const problems = names.flatMap((name) => problemsOf(name, env));
  if (problems.length === 0) return;
  throw new GreenlightError('USAGE', `--publish ${names.join(' ')}: settings are not right`, {
    problems,
    hint: 'docs/deploy/callbacks.md lists them.',
  });
}

function problemsOf(name: PublisherName, env: NodeJS.ProcessEnv): Problem[] {
  const { needed, optional } = SETTINGS[name];
  const missing = Object.keys(needed).filter((variable) => !env[variable]);
  const wrong = Object.entries({ ...needed, ...optional }).flatMap(([variable, rule]) => {
    const value = env[variable];
    const problem = value ? rule(value) : undefined;
    return problem === undefined ? [] : [{ variable, problem }];
  });
  return [
    ...missing.map((variable) => ({
      path: variable,
      value: 'nothing',
      problem: 'the environment variable is not set',
      remedy: `set it, or leave out --publish ${name}`,
    })),
    ...wrong.map(({ variable, problem }) => ({
      path: variable,
      value: 'a value that is not shown',
      problem: `the environment variable ${problem}`,
      remedy: `correct it, or leave out --publish ${name}`,
    })),
  ];
}

/** In the clear, a message and its token could be read and changed on the way. */
function secureUrl(value: string): string | undefined {
  const host = hostOf(value);
  if (host === undefined || !URL.canParse(value)) return 'is not an address';
  const { protocol } = new URL(value);
  return protocol === 'https:' || (protocol === 'http:' && isLoopback(host))
    ? undefined
    : 'is not an https address';
}
