import type { Rule } from '../rule.ts';
import { argoAutoPromotion } from './argo-auto-promotion.ts';
import { argoDryRun } from './argo-dry-run.ts';
import { argoFailureLimit } from './argo-failure-limit.ts';
import { argoInconclusiveLimit } from './argo-inconclusive-limit.ts';
import { argoNoCondition } from './argo-no-condition.ts';
import { argoOnlyFailureCondition } from './argo-only-failure-condition.ts';
import { azureContinueOnError } from './azure-continue-on-error.ts';
import { azureMissingSuccessCriteria } from './azure-missing-success-criteria.ts';
import { exitCodeIgnored } from './exit-code-ignored.ts';
import { exitCodeLost } from './exit-code-lost.ts';
import { flaggerConfirmAlone } from './flagger-confirm-alone.ts';
import { flaggerRollbackPolarity } from './flagger-rollback-polarity.ts';
import { flaggerRouteOfAnother } from './flagger-route-of-another.ts';
import { flaggerSkipAnalysis } from './flagger-skip-analysis.ts';
import { gateAbsent } from './gate-absent.ts';
import { gateRunAgain } from './gate-run-again.ts';
import { githubContinueOnError } from './github-continue-on-error.ts';
import { gitlabAllowFailure } from './gitlab-allow-failure.ts';
import { jobBackoffLimit } from './job-backoff-limit.ts';
import { jobNotNew } from './job-not-new.ts';
import { jobRestartPolicy } from './job-restart-policy.ts';
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
