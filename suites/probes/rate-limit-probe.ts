import { setTimeout as sleep } from 'node:timers/promises';
import { eventOfAnswer } from '../../contract/events/answers.ts';
import { readRetryAfter } from '../../contract/events/retry-after.ts';
import { EVENTS } from '../../contract/events/table.ts';
import { encodeRequest, type ResponseView, type WireRequest } from '../../contract/flow/http.ts';
import { holds, type Statement } from '../../contract/flow/statement.ts';
import { readHeaders } from '../../contract/plan/headers.ts';
import type { Probe } from '../../contract/plan/probe.ts';
import { TargetUnreachable } from '../../contract/ports/application.ts';
import { resolveSecret } from '../../safety/secrets.ts';
import { CannotTell } from '../cannot-tell.ts';
import { noAnswerStatement } from '../no-answer.ts';
import type { Probed, ProbeTools } from '../probe-finding.ts';
import { REDIRECTS } from './follow-redirects.ts';
import type { ProbeLook } from './probe-look.ts';

type RateLimitProbe = Extract<Probe, { kind: 'rate-limit' }>;

/** Where nobody says how long to wait, it is tried so often. Milliseconds. */
const TRY_EACH_MS = 1000;
/** As often it is waited as told before "it does not end" is said, which may roll back. */
const WAITS_AS_TOLD = 3;
/** Clocks that round down to seconds would have us come a moment too early. Milliseconds. */
const A_MOMENT_MS = 250;
/** Fields in which servers say how their limit stands, by whatever draft of the standard. */
const LIMIT_FIELD = /^(?:x-)?ratelimit(?:-|$)/;
/** Statuses that show that there is nothing behind the path. */
const NOT_THERE: readonly number[] = [404, 405, 410];
/** Statuses that a guard in front of the limit answers. */
const NOT_LET_IN: readonly number[] = [401, 403];

export const rateLimitLook: ProbeLook<RateLimitProbe> = {
  // The waiting counts as answers: Playwright's own time-out must come after all of it.
  mostAnswers: ({ requests, recovery, budgetMs }) =>
    requests + 4 + (recovery === false ? 0 : Math.ceil((2 * recovery.withinMs) / budgetMs)),
  look: (probe, tools) => probeRateLimit(probe, tools),
};

/** Sends a few quick requests and looks at the first that is refused. None is sent after it but one, to see that it ends. */
export async function probeRateLimit(probe: RateLimitProbe, tools: ProbeTools): Promise<Probed> {
  return new RateLimitLook(probe, tools).look();
}

type Came = ResponseView | TargetUnreachable;

class RateLimitLook {
  readonly #probe: RateLimitProbe;
  readonly #tools: ProbeTools;
  readonly #request: WireRequest;

  constructor(probe: RateLimitProbe, tools: ProbeTools) {
    this.#probe = probe;
    this.#tools = tools;
    const { method, path, endpoint, json } = probe;
    const headers = readHeaders(probe.headers, resolveSecret);
    this.#request = encodeRequest(
      { method, path, endpoint, headers, ...(json === undefined ? {} : { json }) },
      tools.urls,
    );
  }

  async look(): Promise<Probed> {
    const { requests, refusesWith } = this.#probe;
    let first = await this.#send();
    if (!isNone(first) && this.#isRefused(first)) first = await this.#waitForOthers(first);
    const started = Date.now();
    const came: Came[] = [first];
    while (came.length < requests && !came.some((one) => this.#isRefused(one) || isNone(one))) {
      const many = Math.min(this.#probe.atOnce, requests - came.length);
      came.push(...(await Promise.all(Array.from({ length: many }, () => this.#send()))));
    }
    const tookMs = Date.now() - started;
    const refused = came.find((one): one is ResponseView => this.#isRefused(one));
    if (refused === undefined) return this.#never(came, tookMs);
    const name = `request ${came.indexOf(refused) + 1} of at most ${requests}`;
    const statements = [
      holds(
        name,
        true,
        [`refused with ${refusesWith}`, ...limitFields(refused)].join(', '),
        `${refusesWith}`,
      ),
      ...this.#retryAfter(refused),
    ];
    // What is told is wrong: then nobody can wait as told.
    const wrong = statements.find(({ ok }) => !ok);
    if (wrong !== undefined) return { statements, holds: '', cause: 'retry-after', remedy: RETRY_AFTER };
    const recovered = await this.#recovery(refused);
    return {
      statements: [...statements, ...recovered],
      holds: `${name} was refused with ${refusesWith}, Retry-After ${refused.headers['retry-after'] ?? 'nothing'}${
        recovered.length === 0 ? '' : `; ${String(recovered[0]?.measured)}`
      }`,
      cause: 'no-recovery',
      remedy: 'let the limit end when it says so',
      sampleSize: came.length,
    };
  }

  async #send(): Promise<Came> {
    const { application } = this.#tools;
    try {
      // Not patiently: the refusal is what is looked for.
      return await application.send(this.#request, this.#probe.budgetMs);
    } catch (error) {
      if (error instanceof TargetUnreachable) return error;
      throw error;
    }
  }

  /** @throws CannotTell where somebody else than the target refuses */
  #isRefused(came: Came): boolean {
    if (isNone(came)) return false;
    const refused = came.status === this.#probe.refusesWith;
    const met = eventOfAnswer(came, refused);
    if (met === undefined || met.event === 'rate-limited') return refused;
    throw new CannotTell(
      met.event,
      `${EVENTS[met.event].words}: ${met.detail}, so nothing is known of the limit of the target`,
      { remedy: EVENTS[met.event].remedy },
    );
  }

  /** Whatever used the limit up before us. @throws CannotTell where it stays so */
  async #waitForOthers(refused: ResponseView): Promise<Came> {
    const waitMs = Math.max(TRY_EACH_MS, (readRetryAfter(refused.headers)?.ms ?? 0) + A_MOMENT_MS);
    const budgetMs = this.#budgetMs();
    const again = waitMs > budgetMs ? undefined : await sleep(waitMs).then(() => this.#send());
    if (again !== undefined && !this.#isRefused(again)) return again;
    const told = refused.headers['retry-after'] ?? 'nothing';
    throw new CannotTell(
      'limit-used-up',
      `the very first request was refused (Retry-After: ${told})${again === undefined ? '' : ', and so was the one after waiting'}: somebody had used the limit up before`,
      { remedy: 'run again when nobody else asks from this address, or raise recovery.withinMs' },
    );
  }

  #budgetMs(): number {
    const { recovery } = this.#probe;
    return recovery === false ? (this.#tools.rateLimitWaitMs ?? 0) : recovery.withinMs;
  }

  /** None was refused: then each must have been a quick request that the target answered. */
  async #never(came: readonly Came[], tookMs: number): Promise<Probed> {
    const { refusesWith, withinMs, budgetMs, method, headers } = this.#probe;
    const expected = `some answers ${refusesWith}`;
    const none = came.find(isNone);
    const count = `${came.length} requests in ${tookMs} ms`;
    if (none !== undefined) {
      const statement = await noAnswerStatement(none, 'quick requests', budgetMs, this.#tools.control);
      return { statements: [statement], holds: '', cause: 'no-answer' };
    }
    const answers = came.filter((one): one is ResponseView => !isNone(one));
    const statuses = [...new Set(answers.map(({ status }) => status))].sort();
    const broken = answers.find(({ status }) => status >= 500);
    if (broken !== undefined) {
      const limit = broken.status === 503 || broken.status === 429;
      return {
        statements: [holds('quick requests', false, `${count} brought ${broken.status}`, expected)],
        holds: '',
        cause: limit ? 'other-refusal' : 'breaks',
        remedy: limit
          ? `let the limit answer 429 (nginx: limit_req_status 429), or say refusesWith: ${broken.status}; unless the target is overloaded by ${came.length} requests`
          : `see why ${came.length} quick requests break the target`,
      };
    }
    if (statuses.every((status) => NOT_THERE.includes(status)))
      throw new CannotTell('nothing-there', `${count} brought ${statuses.join(', ')} and nothing else`, {
        remedy: 'correct path and method: they must be of an address that is limited',
      });
    if (method === 'GET' && statuses.every((status) => REDIRECTS.includes(status)))
      throw new CannotTell('sent-on', `${count} were sent on (${statuses.join(', ')}), and met no limit`, {
        remedy: 'name the address to which they are sent, in path or in target.urls',
      });
    // Without credentials that is the answer that is limited, as of a log-in with a wrong password.
    if (Object.keys(headers ?? {}).length > 0 && statuses.every((status) => NOT_LET_IN.includes(status)))
      throw new CannotTell('not-let-in', `${count} were not let in (${statuses.join(', ')})`, {
        remedy: 'renew the credentials in headers: whoever is not let in may never come to the limit',
      });
    if (tookMs > withinMs)
      throw new CannotTell('too-slow', `${count} are no quick requests, and brought no ${refusesWith}`, {
        remedy: 'send more of them at once (atOnce), or run nearer to the target',
      });
    return {
      statements: [
        holds(
          'quick requests',
          false,
          `${count} brought no ${refusesWith} (${statuses.join(', ')})`,
          expected,
        ),
      ],
      holds: '',
      cause: 'no-limit',
      remedy: 'switch the rate limit on for this path, or correct `requests` to what it lets through',
      sampleSize: came.length,
    };
  }

  #retryAfter({ headers }: ResponseView): readonly Statement[] {
    const { retryAfter } = this.#probe;
    const told = headers['retry-after'];
    if (retryAfter === false && told === undefined) return [];
    const longest = retryAfter === false ? undefined : retryAfter.atMost;
    const expected = `seconds or a date of HTTP${longest === undefined ? '' : `, at most ${longest} s from now`}`;
    const read = readRetryAfter(headers);
    const ok = read !== undefined && read.standard && read.ms >= 0 && read.ms <= (longest ?? Infinity) * 1000;
    const ago = read !== undefined && read.ms < 0 ? ` (${Math.ceil(-read.ms / 1000)} s ago)` : '';
    return [holds('retry-after', ok, `${told ?? 'nothing'}${ago}`, expected)];
  }

  /** @throws CannotTell where that takes longer than the plan lets it */
  async #recovery(refused: ResponseView): Promise<readonly Statement[]> {
    const { recovery, budgetMs } = this.#probe;
    if (recovery === false) return [];
    const told = readRetryAfter(refused.headers)?.ms;
    const ends = Date.now() + recovery.withinMs;
    const what = 'a request after waiting';
    const started = Date.now();
    const expected =
      told === undefined ? `taken within ${recovery.withinMs} ms` : 'taken after the time that was told';
    if (told !== undefined && told + A_MOMENT_MS > recovery.withinMs)
      throw new CannotTell(
        'recovery-too-late',
        `the limit says to wait for ${Math.ceil(told / 1000)} s, and the plan waits for ${recovery.withinMs} ms at most`,
        { remedy: 'raise recovery.withinMs, or say recovery: false' },
      );
    let waitMs = told === undefined ? TRY_EACH_MS : told + A_MOMENT_MS;
    for (let waits = 1; ; waits += 1) {
      await sleep(waitMs);
      const came = await this.#send();
      if (isNone(came)) return [await noAnswerStatement(came, what, budgetMs, this.#tools.control)];
      const after = `after ${Math.round((Date.now() - started) / 100) / 10} s`;
      if (!this.#isRefused(came)) {
        if (told !== undefined && waits > 1)
          throw usedByOthers(`taken only ${after}, after waiting ${waits} times as told`);
        return [holds(what, came.status < 500, `answered ${came.status} ${after}`, expected)];
      }
      const again = readRetryAfter(came.headers)?.ms;
      waitMs = told === undefined || again === undefined ? TRY_EACH_MS : Math.max(0, again) + A_MOMENT_MS;
      // Somebody else may have used up what came free, and does not do so each time.
      if (told === undefined ? Date.now() + waitMs > ends : waits === WAITS_AS_TOLD)
        return [holds(what, false, `refused again ${after}`, expected)];
      if (Date.now() + waitMs > ends)
        throw usedByOthers(`refused again ${after}, and the plan waits no longer`);
    }
  }
}

function usedByOthers(seen: string): CannotTell {
  return new CannotTell(
    'limit-used-up',
    `a request after waiting was ${seen}: somebody else may use the same limit, or it ends later than it says`,
    { remedy: 'run again when nobody else asks from this address, or raise recovery.withinMs' },
  );
}

const RETRY_AFTER =
  'let each refusal say in Retry-After after how many seconds, or at which date of HTTP, to come again';

function isNone(came: Came): came is TargetUnreachable {
  return came instanceof TargetUnreachable;
}

function limitFields({ headers }: ResponseView): readonly string[] {
  return Object.entries(headers)
    .filter(([name]) => LIMIT_FIELD.test(name))
    .map(([name, value]) => `${name}: ${value}`);
}
