/** One message to one receiver. */
export interface Parcel {
  readonly url: string;
  /** Default: POST. */
  readonly method?: 'POST' | 'PATCH' | 'PUT';
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** Sends a parcel and resolves when the receiver took it. The error names the host, never the whole address. */
export type Post = (parcel: Parcel) => Promise<void>;

/** How much a parcel is worth at once. */
export interface Patience {
  readonly attempts: number;
  /** For each of them, in milliseconds. */
  readonly attemptMs: number;
}

const PATIENCE: Patience = { attempts: 4, attemptMs: 10_000 };
const FIRST_WAIT_MS = 500;
/** A deploy does not wait longer for a message; a receiver that wants more is told about by the error. */
const MOST_WAIT_MS = 15_000;

/**
 * Sends with retries: on broken connections, 408, 425, 429 and 5xx, after 0.5, 1 and 2 seconds or whatever
 * `Retry-After` says, up to 15 seconds each.
 * @param pause for tests
 */
export function createPost(
  pause: (ms: number) => Promise<void> = wait,
  { attempts, attemptMs }: Patience = PATIENCE,
): Post {
  return async (parcel) => {
    for (let attempt = 1; ; attempt += 1) {
      const failure = await send(parcel, attemptMs);
      if (failure === undefined) return;
      const last = attempt === attempts || !failure.again;
      const delay = failure.retryAfterMs ?? FIRST_WAIT_MS * 2 ** (attempt - 1);
      if (last || delay > MOST_WAIT_MS) {
        const patience =
          !last && delay > MOST_WAIT_MS ? `, and wants ${Math.ceil(delay / 1000)} s of patience` : '';
        const times = attempt === 1 ? '' : ` (${attempt} attempts)`;
        throw new Error(`${new URL(parcel.url).host} ${failure.problem}${patience}${times}`);
      }
      await pause(delay);
    }
  };
}

interface Failure {
  readonly problem: string;
  readonly again: boolean;
  readonly retryAfterMs?: number;
}

async function send(
  { url, method = 'POST', headers, body }: Parcel,
  attemptMs: number,
): Promise<Failure | undefined> {
  try {
    const response = await fetch(url, {
      method,
      headers: { 'content-type': 'application/json', 'user-agent': 'greenlight', ...headers },
      body,
      // Followed, a redirect would carry the message to somebody else.
      redirect: 'manual',
      signal: AbortSignal.timeout(attemptMs),
    });
    // The answer is not needed, and one that never ends must not hold us.
    await response.body?.cancel();
    // 203 is how Azure DevOps shows its sign-in page to a token that it does not know.
    if (response.ok && response.status !== 203) return undefined;
    const after = retryAfter(response.headers.get('retry-after'));
    return {
      problem: `answered ${response.status}`,
      again: [408, 425, 429].includes(response.status) || response.status >= 500,
      ...(after === undefined ? {} : { retryAfterMs: after }),
    };
  } catch (error) {
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
    const code = cause instanceof Error && 'code' in cause ? String(cause.code) : undefined;
    const timeout = cause instanceof Error && cause.name === 'TimeoutError';
    return {
      problem: timeout ? 'did not answer' : `could not be reached (${code ?? 'no connection'})`,
      again: true,
    };
  }
}

/** Seconds or a date, as HTTP has it. */
function retryAfter(header: string | null): number | undefined {
  if (header === null) return undefined;
  if (/^\d{1,9}$/.test(header)) return Number(header) * 1000;
  const at = Date.parse(header);
  return Number.isNaN(at) ? undefined : Math.max(0, at - Date.now());
}

function wait(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
