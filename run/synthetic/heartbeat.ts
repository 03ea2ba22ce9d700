const TIMEOUT_MS = 5000;
const ATTEMPTS = 2;

/**
 * Calls the dead man's switch, which tells when nobody calls.
 * @returns what is wrong with it, in one sentence without its path, which may hold a secret
 */
export async function beat(address: string): Promise<string | undefined> {
  let problem: string | undefined;
  for (let attempt = 1; attempt <= ATTEMPTS; attempt += 1) {
    problem = await call(address);
    if (problem === undefined) return undefined;
  }
  return `the heartbeat of ${hostOf(address)} was not taken: ${problem}`;
}

async function call(address: string): Promise<string | undefined> {
  try {
    const response = await fetch(address, {
      headers: { 'user-agent': 'greenlight' },
      redirect: 'manual',
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    await response.body?.cancel();
    return response.ok ? undefined : `it answered ${response.status}`;
  } catch (error) {
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
    if (cause instanceof Error && cause.name === 'TimeoutError') return 'it did not answer';
    return `it could not be reached (${cause instanceof Error && 'code' in cause ? String(cause.code) : 'no connection'})`;
  }
}

function hostOf(address: string): string {
  return URL.canParse(address) ? new URL(address).host : 'the plan';
}
