import { Unavailable } from '../../contract/cannot-tell.ts';

/** What an address answered, as JSON. */
export interface JsonAnswer {
  readonly status: number;
  readonly body: unknown;
}

const MOST_BYTES = 5 * 1024 * 1024;
const LONGEST_MS = 15_000;

/**
 * Asks by GET for a JSON document, whatever its status. The address is named without its query, which may hold more than
 * its readers should see.
 * @throws Unavailable without an answer, and for one that is no JSON
 */
export async function askJson(
  address: string,
  headers: Readonly<Record<string, string>>,
  hint: string,
  signal?: AbortSignal,
): Promise<JsonAnswer> {
  const place = address.split('?', 1)[0] ?? '';
  const limit = AbortSignal.timeout(LONGEST_MS);
  let status: number;
  let text: string;
  try {
    const response = await fetch(address, {
      headers: { accept: 'application/json', ...headers },
      // A login page behind a redirect would be an answer, but none about the target.
      redirect: 'manual',
      signal: signal === undefined ? limit : AbortSignal.any([limit, signal]),
    });
    status = response.status;
    text = await response.text();
  } catch (cause) {
    const why = cause instanceof Error && cause.cause instanceof Error ? cause.cause.message : String(cause);
    throw new Unavailable(`no answer from ${place}: ${why}`, hint, { cause });
  }
  if (text.length > MOST_BYTES)
    throw new Unavailable(`${place} answered ${text.length} characters`, 'ask for less');
  try {
    return { status, body: JSON.parse(text) };
  } catch (cause) {
    throw new Unavailable(`${place} answered ${status} and no JSON`, hint, { cause });
  }
}
