import type { RunOrder, StartedRun } from '../contract/ports/gate-store.ts';
import { type GateAnswer, withoutVerdict } from './answer.ts';
import { type GateResponse, json, refusal } from './response.ts';
import { WORDS } from './words.ts';
import type { Gate } from './gate.ts';
import type { Question } from './question.ts';
import { parseRunOrder, runIdOf } from './run-order.ts';
import type { RunProgress } from './run-process.ts';
import type { Runs } from './runs.ts';
import type { TokenOwner } from './tokens.ts';

/** Where runs are started; `<RUNS>/<id>` tells how far one is. */
export const RUNS = '/v1/runs';

/** A request whose token is known. */
export interface RunRequest {
  readonly method: string;
  readonly path: string;
  readonly contentType: string | undefined;
  readonly idempotencyKey: string | undefined;
  readonly body: string;
  readonly owner: TokenOwner;
}

/** Whether this is about runs. */
export function isRunPath(path: string): boolean {
  return path === RUNS || path.startsWith(`${RUNS}/`);
}

/** Starts a run, or tells how far one is. */
export async function answerRunRequest(request: RunRequest, runs: Runs, gate: Gate): Promise<GateResponse> {
  const { method, path } = request;
  if (path === RUNS) {
    return method === 'POST'
      ? startRun(request, runs, gate)
      : refusal(405, 'wrong method', { allow: 'POST' });
  }
  if (method !== 'GET') return refusal(405, 'wrong method', { allow: 'GET' });
  const id = path.slice(RUNS.length + 1);
  const run = /^run-[0-9a-f]{24}$/.test(id) ? await runs.find(id) : undefined;
  return run === undefined ? refusal(404, 'there is no such run') : json(200, await stateOf(run, runs, gate));
}

async function startRun(request: RunRequest, runs: Runs, gate: Gate): Promise<GateResponse> {
  const { owner } = request;
  if (!owner.mayStartRuns) return refusal(403, 'this token may not start runs');
  // A page in somebody's browser can send plain text without being asked, and JSON only with consent.
  if (!/^application\/json\s*(;|$)/i.test(request.contentType ?? '')) {
    return refusal(415, 'the body must be application/json');
  }
  const id = runIdOf(owner.name, request.idempotencyKey);
  if (id === undefined) return refusal(400, 'an Idempotency-Key of 1 to 200 printable characters is needed');
  const ordered = parseRunOrder(request.body, id);
  if ('problem' in ordered) return refusal(400, ordered.problem);
  const { order } = ordered;
  const started = await runs.start(id, order, owner.name);
  switch (started.how) {
    case 'unknown-target':
      return refusal(404, 'this gate has no plan for that target');
    case 'other-order':
      return refusal(422, 'this Idempotency-Key was used for another order');
    case 'busy':
      return refusal(409, `${started.run.id} is running on this target; one at a time`, {
        'retry-after': '30',
      });
    case 'stopping':
      return refusal(503, 'the gate is being stopped', { 'retry-after': '30' });
    case 'known':
      return json(200, await stateOf(started.run, runs, gate));
    case 'started': {
      const { status, headers, body } = json(202, stateOfStarted(id, order));
      return { status, headers: { ...headers, location: `${RUNS}/${id}` }, body };
    }
  }
}

function stateOfStarted(id: string, order: RunOrder): Readonly<Record<string, unknown>> {
  const pending = withoutVerdict('pending', 'The run was started.');
  return shown(id, 'running', order, pending, { stage: 'starting', checksEnded: 0 });
}

async function stateOf(run: StartedRun, runs: Runs, gate: Gate): Promise<Readonly<Record<string, unknown>>> {
  const { id, order } = run;
  if (run.alive) {
    const pending = withoutVerdict('pending', 'The run has not ended.');
    return shown(id, 'running', order, pending, runs.progressOf(id));
  }
  const given = await gate.decide(questionOf(order));
  const status = run.endedAt === null ? 'lost' : 'ended';
  if (given.state !== 'pending' && given.state !== 'unknown-subject') return shown(id, status, order, given);
  const how =
    run.endedAt === null ? 'The gate that ran it was killed' : `The run ended with code ${run.exitCode}`;
  return shown(id, status, order, withoutVerdict('INCONCLUSIVE', `${how}, and there is no verdict.`));
}

/** The question that other routes would be asked about this run, so that no two routes tell different things. */
function questionOf({ target, phase, nonce, release, commit, artifact }: RunOrder): Question {
  return {
    target,
    phase,
    nonce,
    ...(release === null ? {} : { release }),
    ...(commit === null ? {} : { commit }),
    ...(artifact === null ? {} : { artifact }),
  };
}

function shown(
  id: string,
  status: 'running' | 'ended' | 'lost',
  subject: RunOrder,
  given: GateAnswer,
  progress?: RunProgress,
): Readonly<Record<string, unknown>> {
  return {
    id,
    status,
    verdict: WORDS[given.state],
    headline: given.reason,
    subject,
    run: given.run,
    decidedAt: given.decidedAt,
    expiresAt: given.expiresAt,
    report: given.report,
    progress: progress ?? null,
    statusUrl: `${RUNS}/${id}`,
  };
}
