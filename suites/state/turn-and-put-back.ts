import { setTimeout as sleep } from 'node:timers/promises';
import { encodeRequest } from '../../contract/flow/http.ts';
import { allHold } from '../../contract/flow/evaluate.ts';
import { holds, type Statement } from '../../contract/flow/statement.ts';
import { type Headers, readHeaders } from '../../contract/plan/headers.ts';
import { SWITCH_KIND, switchIdentity, type Turn } from '../../contract/plan/switches.ts';
import { resolveSecret } from '../../safety/secrets.ts';
import { CannotTell } from '../cannot-tell.ts';
import type { CreatedData, Remaining } from '../created-data.ts';
import { ask, type ProbeTools } from '../probe-finding.ts';
import { refuseThirdParty } from '../third-party.ts';
import { firstWrong, wrongWords } from '../words.ts';

/** Something that is turned and put back. */
export interface Turning {
  readonly name: string;
  /** Its state now. @throws CannotTell */
  readonly read: () => Promise<string>;
  readonly before: string;
  readonly to: string;
  readonly turn: Turn;
  readonly place: { readonly endpoint: string; readonly headers?: Headers | undefined };
  readonly created: CreatedData;
  readonly tools: ProbeTools;
  readonly budgetMs: number;
}

const LOOK_EVERY_MS = 250;

/**
 * Turns something, waits until it is seen turned, and puts it back by the entry of the ledger that was written before.
 * Whatever happens in between, the entry stays until it is put back.
 * @throws CannotTell where we are not let in, or our side breaks; what was turned is put back before
 */
export async function turnAndPutBack(turning: Turning): Promise<readonly Statement[]> {
  const statements = await turnBothWays(turning);
  const wrong = firstWrong(statements);
  const { endpoint } = turning.place;
  // Who keeps the switch does not turn it: that is nothing of the target.
  if (wrong !== undefined && turning.tools.thirdParties?.has(endpoint) === true)
    refuseThirdParty(endpoint, 'wrong-shape', wrongWords(wrong));
  return statements;
}

async function turnBothWays(turning: Turning): Promise<readonly Statement[]> {
  const { name, before, to, created } = turning;
  await created.record({ kind: SWITCH_KIND, identity: switchIdentity(name, before) });
  let statements: readonly Statement[];
  let left: readonly Remaining[];
  try {
    statements = await sendTurn(turning);
    if (statements.every(({ ok }) => ok)) statements = [await becomes(`${name} can be turned`, to, turning)];
  } finally {
    // Also where the look broke: the switch must not wait for the end of the test.
    left = await created.undoAll();
  }
  const [first] = left;
  const putBack = `${name} is put back`;
  if (first === undefined) return [...statements, await becomes(putBack, before, turning)];
  const notBack = [...statements, holds(putBack, false, first.reason, before)];
  if (!allHold(statements)) return notBack;
  const back = await becomes(putBack, before, turning);
  if (!back.ok) return notBack;
  // A ledger that could not be written says nothing about the target.
  const kept = `${name} is ${before} again, and the ledger still has it: ${first.reason}`;
  throw new CannotTell('left-in-ledger', kept, {
    remedy: 'see that the ledger can be written; `greenlight sweep` puts it back once more',
  });
}

async function sendTurn({
  name,
  to,
  turn,
  place,
  created,
  tools,
  budgetMs,
}: Turning): Promise<readonly Statement[]> {
  const { method, path, json } = turn;
  const request = encodeRequest(
    {
      method,
      path,
      endpoint: place.endpoint,
      headers: readHeaders(place.headers, resolveSecret),
      ...(json !== undefined && { json }),
    },
    tools.urls,
  );
  const asked = await ask(tools, request, `${name} can be turned`, budgetMs);
  if ('none' in asked) {
    await created.answered('unanswered');
    return [asked.none];
  }
  await created.answered('answered');
  const { status } = asked.answer;
  if (status === 401 || status === 403) {
    throw new CannotTell('not-let-in', `turning ${name} to ${to} was answered with ${status}`, {
      remedy: 'give `headers` what may turn it',
    });
  }
  const taken = status >= 200 && status <= 299;
  if (!taken && tools.thirdParties?.has(place.endpoint) === true)
    refuseThirdParty(place.endpoint, 'wrong-status', `turning ${name} to ${to} was answered with ${status}`);
  return [holds(`${name} can be turned`, taken, status, '200 to 299')];
}

/** Flags are cached for moments in front of whoever reads them. */
async function becomes(statement: string, wanted: string, { read, budgetMs }: Turning): Promise<Statement> {
  const until = Date.now() + budgetMs;
  for (;;) {
    const seen = await read();
    if (seen === wanted || Date.now() >= until) return holds(statement, seen === wanted, seen, wanted);
    await sleep(LOOK_EVERY_MS);
  }
}
