import type { Rule } from '../lint/rule.ts';
import { COMMON_RULES } from '../lint/rules/index.ts';
import type { Route } from '../route.ts';
import { argoRollouts } from './argo-rollouts/index.ts';
import { awsCodeDeploy } from './aws-codedeploy/index.ts';
import { azureDevOps } from './azure-devops/index.ts';
import { flagger } from './flagger/index.ts';
import { githubActions } from './github-actions/index.ts';
import { gitlabCi } from './gitlab-ci/index.ts';
import { kubernetesJob } from './kubernetes-job/index.ts';
import type { Mechanism } from './mechanism.ts';
import { shell } from './shell/index.ts';

/**
 * Every deploy mechanism, by the name of its folder and of its page. A new one is its folder and its line here; the
 * conformance tests and the overview of the pages ask for the rest.
 */
export const MECHANISMS = {
  flagger,
  'argo-rollouts': argoRollouts,
  'kubernetes-job': kubernetesJob,
  'github-actions': githubActions,
  'azure-devops': azureDevOps,
  'gitlab-ci': gitlabCi,
  'aws-codedeploy': awsCodeDeploy,
  shell,
} as const satisfies Readonly<Record<string, Mechanism>>;
export type MechanismName = keyof typeof MECHANISMS;

const all: readonly Mechanism[] = Object.values(MECHANISMS);

/** Every address at which a question is answered. */
export const ROUTES: readonly Route[] = all.flatMap(({ routes }) => routes);

/** Every rule of lint-gate. Each has a bad and a good example among the tests, in a folder of its name. */
export const RULES: readonly Rule[] = [...COMMON_RULES, ...all.flatMap(({ rules }) => rules)];
