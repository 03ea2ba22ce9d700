import path from 'node:path';
import type { Publisher } from '../contract/ports/publisher.ts';
import type { Verdict } from '../contract/verdict/verdict.ts';
import { createCodeDeployPublisher } from '../reporters/publishers/codedeploy.ts';
import { createFilePublisher } from '../reporters/publishers/file.ts';
import { createGithubDeploymentPublisher } from '../reporters/publishers/github-deployment.ts';
import { createGithubPublisher } from '../reporters/publishers/github.ts';
import { createPagerdutyPublisher } from '../reporters/publishers/pagerduty.ts';
import type { Post } from '../host/post.ts';
import { createSlackPublisher } from '../reporters/publishers/slack.ts';
import { createWebhookPublisher } from '../reporters/publishers/webhook.ts';
import { renderGithubAnnotations } from '../reporters/renderers/github/annotations.ts';
import { renderGithubOutputs } from '../reporters/renderers/github/outputs.ts';
import { renderStepSummary } from '../reporters/renderers/github/step-summary.ts';
import { renderGitlabDotenv } from '../reporters/renderers/gitlab-dotenv.ts';
import { renderDeploymentStatus } from '../reporters/renderers/messages/deployment-status.ts';
import { renderPagerduty } from '../reporters/renderers/messages/pagerduty.ts';
import { renderSlack } from '../reporters/renderers/messages/slack.ts';
import { renderWebhookEvent } from '../reporters/renderers/messages/webhook-event.ts';
import type { PublisherName } from './publisher-settings.ts';
import { reportFiles } from '../host/report-files.ts';
import type { Screen } from '../safety/screen.ts';

/** Where a verdict is delivered from. */
export interface Place {
  readonly env: NodeJS.ProcessEnv;
  /** Absolute report directory. */
  readonly directory: string;
  readonly screen: Pick<Screen, 'err' | 'command'>;
  /** Address of the report; undefined when it is nowhere to be read. */
  readonly report: string | undefined;
  readonly post: Post;
}

/** A publisher, and the texts that it delivers. */
export interface Delivery {
  readonly publisher: Publisher;
  readonly files: Readonly<Record<string, string>>;
}

/** How each publisher is made. Its settings were checked before the run. */
export const DELIVERIES: Record<PublisherName, (verdict: Verdict, place: Place) => Delivery> = {
  github: (verdict, { env, directory, screen }) => ({
    publisher: createGithubPublisher({
      outputFile: env['GITHUB_OUTPUT'] || undefined,
      summaryFile: env['GITHUB_STEP_SUMMARY'] || undefined,
      // Not standard output: with --json that is one JSON document.
      log: (text) => screen.command(text),
    }),
    files: {
      outputs: renderGithubOutputs(verdict),
      annotations: renderGithubAnnotations(verdict),
      summary: renderStepSummary(verdict, `The whole report is index.html in ${path.basename(directory)}.`),
    },
  }),
  gitlab: (verdict, { directory }) => ({
    publisher: createFilePublisher(directory),
    files: { [path.basename(reportFiles(directory).dotenv)]: renderGitlabDotenv(verdict) },
  }),
  'github-deployment': (verdict, { env, report, post }) => ({
    publisher: createGithubDeploymentPublisher(
      {
        api: env['GITHUB_API_URL'] || 'https://api.github.com',
        repository: env['GITHUB_REPOSITORY'] ?? '',
        deployment: env['GREENLIGHT_GITHUB_DEPLOYMENT'] ?? '',
        token: env['GITHUB_TOKEN'] ?? '',
      },
      post,
    ),
    files: { 'deployment-status': renderDeploymentStatus(verdict, report) },
  }),
  codedeploy: (_verdict, { env }) => ({
    publisher: createCodeDeployPublisher({
      deploymentId: env['GREENLIGHT_CODEDEPLOY_DEPLOYMENT'] ?? '',
      executionId: env['GREENLIGHT_CODEDEPLOY_HOOK'] ?? '',
    }),
    files: {},
  }),
  webhook: (verdict, { env, report, post }) => ({
    publisher: createWebhookPublisher(
      env['GREENLIGHT_WEBHOOK_URL'] ?? '',
      (env['GREENLIGHT_WEBHOOK_SECRET'] ?? '').split(/\s+/).filter((secret) => secret !== ''),
      post,
    ),
    files: { webhook: renderWebhookEvent(verdict, report) },
  }),
  slack: (verdict, { env, report, post }) => ({
    publisher: createSlackPublisher(env['GREENLIGHT_SLACK_URL'] ?? '', post),
    files: { slack: renderSlack(verdict, report) },
  }),
  pagerduty: (verdict, { env, report, post }) => ({
    publisher: createPagerdutyPublisher(
      env['GREENLIGHT_PAGERDUTY_URL'] || 'https://events.pagerduty.com/v2/enqueue',
      env['GREENLIGHT_PAGERDUTY_ROUTING_KEY'] ?? '',
      post,
    ),
    files: { pagerduty: renderPagerduty(verdict, report) },
  }),
};
