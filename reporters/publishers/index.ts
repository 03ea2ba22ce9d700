import { codedeploy } from './codedeploy.ts';
import { githubDeployment } from './github-deployment.ts';
import { github } from './github.ts';
import { gitlab } from './gitlab.ts';
import { pagerduty } from './pagerduty.ts';
import { slack } from './slack.ts';
import type { WayToTell } from './way-to-tell.ts';
import { webhook } from './webhook.ts';

/** Where else a verdict can go, by the name that users give. A new one is its file and its line here. */
export const PUBLISHERS = {
  github,
  gitlab,
  'github-deployment': githubDeployment,
  codedeploy,
  webhook,
  slack,
  pagerduty,
} as const satisfies Readonly<Record<string, WayToTell>>;
export type PublisherName = keyof typeof PUBLISHERS;

export const PUBLISHER_NAMES = Object.keys(PUBLISHERS) as readonly PublisherName[];

const all: readonly WayToTell[] = Object.values(PUBLISHERS);

/** Variables whose values must appear in no output; what tests a target has no business with them either. */
export const PUBLISHER_SECRETS: readonly string[] = all.flatMap(({ secrets }) => secrets);
