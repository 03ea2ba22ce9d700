/** What the control address said: whether our own network works. */
export type ControlAnswer = 'answers' | 'silent' | 'not-asked';

/** Under this name and type the recorder finds the answer on a test that met a connection error. */
export const CONTROL_ATTACHMENT = 'greenlight:control';
export const CONTROL_MEDIA_TYPE = 'application/vnd.greenlight.control+json';

const CONTROL_TIMEOUT_MS = 5000;

/** Asks the control address of a plan once per test, and remembers what it said. */
export interface Control {
  ask(): Promise<ControlAnswer>;
  /** The answer, or undefined while nobody asked. */
  readonly answer: ControlAnswer | undefined;
}

/** @param url `target.control` of the plan; without one the answer is `not-asked` */
export function createControl(url: string | undefined): Control {
  let asked: Promise<ControlAnswer> | undefined;
  let answer: ControlAnswer | undefined;
  return {
    async ask() {
      answer = await (asked ??= url === undefined ? Promise.resolve('not-asked' as const) : askControl(url));
      return answer;
    },
    get answer() {
      return answer;
    },
  };
}

async function askControl(url: string): Promise<ControlAnswer> {
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
