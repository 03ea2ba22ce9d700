import type { Rule } from '../rule.ts';
import { argoAutoPromotion } from '../../mechanisms/argo-rollouts/argo-auto-promotion.ts';
import { argoDryRun } from '../../mechanisms/argo-rollouts/argo-dry-run.ts';
import { argoFailureLimit } from '../../mechanisms/argo-rollouts/argo-failure-limit.ts';
import { argoInconclusiveLimit } from '../../mechanisms/argo-rollouts/argo-inconclusive-limit.ts';
import { argoNoCondition } from '../../mechanisms/argo-rollouts/argo-no-condition.ts';
import { argoOnlyFailureCondition } from '../../mechanisms/argo-rollouts/argo-only-failure-condition.ts';
import { azureContinueOnError } from '../../mechanisms/azure-devops/azure-continue-on-error.ts';
import { azureMissingSuccessCriteria } from '../../mechanisms/azure-devops/azure-missing-success-criteria.ts';
import { exitCodeIgnored } from './exit-code-ignored.ts';
import { exitCodeLost } from './exit-code-lost.ts';
import { flaggerConfirmAlone } from '../../mechanisms/flagger/flagger-confirm-alone.ts';
import { flaggerRollbackPolarity } from '../../mechanisms/flagger/flagger-rollback-polarity.ts';
import { flaggerRouteOfAnother } from '../../mechanisms/flagger/flagger-route-of-another.ts';
import { flaggerSkipAnalysis } from '../../mechanisms/flagger/flagger-skip-analysis.ts';
import { gateAbsent } from './gate-absent.ts';
import { gateRunAgain } from './gate-run-again.ts';
import { githubContinueOnError } from '../../mechanisms/github-actions/github-continue-on-error.ts';
import { gitlabAllowFailure } from '../../mechanisms/gitlab-ci/gitlab-allow-failure.ts';
import { jobBackoffLimit } from '../../mechanisms/kubernetes-job/job-backoff-limit.ts';
import { jobNotNew } from '../../mechanisms/kubernetes-job/job-not-new.ts';
import { jobRestartPolicy } from '../../mechanisms/kubernetes-job/job-restart-policy.ts';
import { negatedVerdict } from './negated-verdict.ts';
import { notUnderstood } from './not-understood.ts';
import { pipeHidesExitCode } from './pipe-hides-exit-code.ts';
import { rollbackOnAnyFailure } from './rollback-on-any-failure.ts';
import { runsWhateverTheGateSaid } from './runs-whatever-the-gate-said.ts';
import { shardTakenForAnswer } from './shard-taken-for-answer.ts';
import { statusNotAskedFor } from './status-not-asked-for.ts';
import { tlsNotVerified } from './tls-not-verified.ts';

/** Every rule. Each has a bad and a good example among the tests, in a folder of its name. */
export const RULES: readonly Rule[] = [
  argoAutoPromotion,
  argoDryRun,
  argoFailureLimit,
  argoInconclusiveLimit,
  argoNoCondition,
  argoOnlyFailureCondition,
  azureContinueOnError,
  azureMissingSuccessCriteria,
  exitCodeIgnored,
  exitCodeLost,
  flaggerConfirmAlone,
  flaggerRollbackPolarity,
  flaggerRouteOfAnother,
  flaggerSkipAnalysis,
  gateAbsent,
  gateRunAgain,
  githubContinueOnError,
  gitlabAllowFailure,
  jobBackoffLimit,
  jobNotNew,
  jobRestartPolicy,
  negatedVerdict,
  notUnderstood,
  pipeHidesExitCode,
  rollbackOnAnyFailure,
  runsWhateverTheGateSaid,
  shardTakenForAnswer,
  statusNotAskedFor,
  tlsNotVerified,
];
