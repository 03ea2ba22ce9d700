import type { ControlAnswer } from '../contract/events/situation.ts';

export type { ControlAnswer } from '../contract/events/situation.ts';

const CONTROL_TIMEOUT_MS = 5000;

/** @param url `target.control` of the plan; without one the answer is `not-asked` */
export async function askControl(url: string | undefined): Promise<ControlAnswer> {
  if (url === undefined) return 'not-asked';
  try {
    const response = await fetch(url, {
      redirect: 'manual',
      signal: AbortSignal.timeout(CONTROL_TIMEOUT_MS),
    });
    await response.body?.cancel();
    return 'answers';
  } catch {
    // Every way of not answering means the same: we cannot vouch for our own network.
    return 'silent';
  }
}
