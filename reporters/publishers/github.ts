import { appendFileSync } from 'node:fs';
import type { Publisher } from '../../contract/ports/publisher.ts';

export interface GithubStep {
  /** $GITHUB_OUTPUT and $GITHUB_STEP_SUMMARY; undefined where GitHub gave none. */
  readonly outputFile: string | undefined;
  readonly summaryFile: string | undefined;
  /** Writes into the log of the step, where GitHub looks for workflow commands. */
  readonly log: (text: string) => void;
}

/**
 * Tells a GitHub Actions step: outputs, summary and annotations. Outputs come first, because other jobs act on them.
 */
export function createGithubPublisher({ outputFile, summaryFile, log }: GithubStep): Publisher {
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
