import type { Mechanism } from '../mechanism.ts';
import { githubContinueOnError } from './github-continue-on-error.ts';
import { githubWorkflow } from './github-workflow.ts';

export const githubActions: Mechanism = {
  title: 'GitHub Actions',
  hears: 'exit code, outputs, summary, annotations',
  routes: [],
  reads: 'GitHub workflows and actions',
  kinds: [githubWorkflow],
  rules: [githubContinueOnError],
};
