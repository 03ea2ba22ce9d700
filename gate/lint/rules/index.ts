import type { Rule } from '../rule.ts';
import { exitCodeIgnored } from './exit-code-ignored.ts';
import { exitCodeLost } from './exit-code-lost.ts';
import { gateAbsent } from './gate-absent.ts';
import { gateRunAgain } from './gate-run-again.ts';
import { negatedVerdict } from './negated-verdict.ts';
import { notUnderstood } from './not-understood.ts';
import { pipeHidesExitCode } from './pipe-hides-exit-code.ts';
import { rollbackOnAnyFailure } from './rollback-on-any-failure.ts';
import { runsWhateverTheGateSaid } from './runs-whatever-the-gate-said.ts';
import { shardTakenForAnswer } from './shard-taken-for-answer.ts';
import { statusNotAskedFor } from './status-not-asked-for.ts';
import { tlsNotVerified } from './tls-not-verified.ts';

/** Ways past a gate that files of any mechanism can have; each mechanism brings those that only its own have. */
export const COMMON_RULES: readonly Rule[] = [
  exitCodeIgnored,
  exitCodeLost,
  gateAbsent,
  gateRunAgain,
  negatedVerdict,
  notUnderstood,
  pipeHidesExitCode,
  rollbackOnAnyFailure,
  runsWhateverTheGateSaid,
  shardTakenForAnswer,
  statusNotAskedFor,
  tlsNotVerified,
];
