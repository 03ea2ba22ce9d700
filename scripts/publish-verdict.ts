import path from 'node:path';
import type { Publisher } from '../contract/ports/publisher.ts';
import type { Verdict } from '../contract/verdict.ts';
import { createFilePublisher } from '../reporters/publishers/file.ts';
import { createGithubPublisher } from '../reporters/publishers/github.ts';
import { renderGithubAnnotations } from '../reporters/renderers/github/annotations.ts';
import { renderGithubOutputs } from '../reporters/renderers/github/outputs.ts';
import { renderStepSummary } from '../reporters/renderers/github/step-summary.ts';
import { renderGitlabDotenv } from '../reporters/renderers/gitlab-dotenv.ts';
import { reportFiles } from './report-files.ts';
import type { Screen } from './screen.ts';

/** Where else a verdict can go, by the name that users give. */
export const PUBLISHERS = ['github', 'gitlab'] as const;
export type PublisherName = (typeof PUBLISHERS)[number];

interface Place {
  readonly env: NodeJS.ProcessEnv;
  /** Absolute report directory. */
  readonly directory: string;
  readonly screen: Screen;
}

interface Delivery {
  readonly publisher: Publisher;
  readonly files: Readonly<Record<string, string>>;
}

const DELIVERIES: Record<PublisherName, (verdict: Verdict, place: Place) => Delivery> = {
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
};

/** The publishers that were asked for, and those that the surroundings ask for. */
export function publishersOf(
  asked: readonly PublisherName[],
  env: NodeJS.ProcessEnv,
): readonly PublisherName[] {
  const found: PublisherName[] = [...asked];
  if (env['GITHUB_ACTIONS'] === 'true') found.push('github');
  if (env['GITLAB_CI'] === 'true') found.push('gitlab');
  return [...new Set(found)];
}

/** Delivers a verdict. What fails is reported and changes neither the verdict nor the exit code. */
export async function publishVerdict(
  names: readonly PublisherName[],
  verdict: Verdict,
  place: Place,
): Promise<void> {
  for (const name of names) {
    try {
      const { publisher, files } = DELIVERIES[name](verdict, place);
      await publisher.publish(verdict, files);
    } catch (error) {
      const what = error instanceof Error ? error.message : String(error);
      place.screen.err(`The verdict stands, but ${name} was not told: ${what}`);
    }
  }
}
