import { appendFileSync } from 'node:fs';
import path from 'node:path';
import type { Publisher } from '../../contract/ports/publisher.ts';
import { renderGithubAnnotations } from '../renderers/github/annotations.ts';
import { renderGithubOutputs } from '../renderers/github/outputs.ts';
import { renderStepSummary } from '../renderers/github/step-summary.ts';
import type { WayToTell } from './way-to-tell.ts';

interface GithubStep {
  /** $GITHUB_OUTPUT and $GITHUB_STEP_SUMMARY; undefined where GitHub gave none. */
  readonly outputFile: string | undefined;
  readonly summaryFile: string | undefined;
  /** Writes into the log of the step, where GitHub looks for workflow commands. */
  readonly log: (text: string) => void;
}

/**
 * Tells a GitHub Actions step: outputs, summary and annotations. Outputs come first, because other jobs act on them.
 */
function createGithubPublisher({ outputFile, summaryFile, log }: GithubStep): Publisher {
  return {
    name: 'github',
    publish: async (_verdict, files) => {
      if (outputFile === undefined)
        throw new Error('GITHUB_OUTPUT is not set; is this a step of GitHub Actions?');
      appendFileSync(outputFile, files['outputs'] ?? '');
      if (files['annotations']) log(files['annotations']);
      if (summaryFile !== undefined) appendFileSync(summaryFile, files['summary'] ?? '');
    },
  };
}

export const github: WayToTell = {
  needed: {},
  optional: {},
  secrets: [],
  told: { byItselfIn: 'GITHUB_ACTIONS' },
  deliver: (verdict, { env, directory, screen }) => ({
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
};
