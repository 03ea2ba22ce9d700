import { thirdPartyAt } from '../contract/plan/addresses.ts';
import { allHold } from '../contract/flow/evaluate.ts';
import type { Finding } from '../contract/evidence/finding.ts';
import { unknownFinding } from '../contract/evidence/unknown-finding.ts';
import type { ResponseView, WireRequest } from '../contract/flow/http.ts';
import { RATE_LIMIT_WAIT_MS } from '../contract/events/situation.ts';
import { type ApplicationPort, TargetUnreachable } from '../contract/ports/application.ts';
import type { Statement } from '../contract/flow/statement.ts';
import { sendPatiently, type Wanted } from '../safety/patient-application.ts';
import { firstLine, toCannotTell } from './cannot-tell.ts';
import type { Control } from './control.ts';
import { noAnswerStatement } from './no-answer.ts';
import { expectedWords, firstWrong, wrongWords } from './words.ts';

/** What a probe or a readiness check saw, before it becomes a finding. */
export interface Probed {
  readonly statements: readonly Statement[];
  /** What was seen to hold, in one sentence; used when it passes. */
  readonly holds: string;
  /** What is wrong, in one sentence; without it the first statement that does not hold is put into words. */
  readonly wrong?: string;
  /** Stable word for why it fails, if it does. */
  readonly cause: string;
  readonly remedy?: string;
  /** How many things were looked at; default: the number of statements. */
  readonly sampleSize?: number;
  readonly observedRelease?: Finding['observedRelease'];
  /** Lines that a program printed, without secrets. */
  readonly output?: readonly string[];
}

/** What a probe looks through. */
export interface ProbeTools {
  readonly application: ApplicationPort;
  readonly urls: Readonly<Record<string, string>>;
  readonly control: Control;
  /** Names among `urls` that are not the target. */
  readonly thirdParties?: ReadonlySet<string>;
  /** How long a request may wait where the target limits our rate, in milliseconds; as in every plan without it. */
  readonly rateLimitWaitMs?: number;
}

/** Runs a probe and puts what it saw, or why it saw nothing, into a finding. Never throws. */
export async function probeFinding(check: string, probe: () => Promise<Probed>): Promise<Finding> {
  try {
    return judge(check, await probe());
  } catch (error) {
    const reason = toCannotTell(error);
    return unknownFinding(check, reason, {
      summary: firstLine(reason) || 'it ended without a reason',
      detail: { kind: 'probe', statements: [], ...printed(reason.output) },
    });
  }
}

function judge(check: string, seen: Probed): Finding {
  const statements = [...seen.statements];
  const common = {
    check,
    sampleSize: seen.sampleSize ?? statements.length,
    detail: { kind: 'probe' as const, statements, ...printed(seen.output) },
    ...(seen.observedRelease && { observedRelease: seen.observedRelease }),
  };
  if (allHold(statements)) return { ...common, outcome: 'pass', summary: seen.holds };
  const wrong = firstWrong(statements);
  if (!wrong)
    return { ...common, outcome: 'unknown', summary: 'Nothing was compared', cause: 'nothing-compared' };
  return {
    ...common,
    outcome: 'fail',
    summary: seen.wrong ?? wrongWords(wrong),
    cause: seen.cause,
    measured: wrong.measured,
    expected: expectedWords(wrong),
    ...(wrong.unit !== undefined && { unit: wrong.unit }),
    ...(seen.remedy !== undefined && { remedy: seen.remedy }),
  };
}

function printed(output: readonly string[] | undefined): { readonly output?: string[] } {
  return output === undefined || output.length === 0 ? {} : { output: [...output] };
}

/**
 * Sends one request of a probe.
 * @param wanted statuses that are no event here, such as a 429 that is asked for
 * @returns the answer, or the statement that there was none
 * @throws CannotTell when our own network is down as well
 */
export async function ask(
  tools: ProbeTools,
  request: WireRequest,
  name: string,
  budgetMs: number,
  wanted?: Wanted,
): Promise<{ readonly answer: ResponseView } | { readonly none: Statement }> {
  try {
    return { answer: await sendAs(tools, request, budgetMs, wanted) };
  } catch (error) {
    if (!(error instanceof TargetUnreachable)) throw error;
    const thirdParty = thirdPartyAt(request.url, tools.urls, tools.thirdParties);
    return { none: await noAnswerStatement(error, name, budgetMs, tools.control, thirdParty) };
  }
}

/** Sends one request of a probe, and waits as told where the rate is limited. @throws TargetUnreachable */
export function sendAs(
  { application, rateLimitWaitMs }: Pick<ProbeTools, 'application' | 'rateLimitWaitMs'>,
  request: WireRequest,
  budgetMs: number,
  wanted?: Wanted,
): Promise<ResponseView> {
  const waitMs = rateLimitWaitMs ?? RATE_LIMIT_WAIT_MS;
  return sendPatiently(application, request, budgetMs, { waitMs }, wanted);
}
