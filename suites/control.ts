import { askControl, type ControlAnswer } from '../safety/ask-control.ts';
import { timeAt } from '../host/time-at.ts';

/** Under this name and type the recorder finds the answer on a test that met a connection error. */
export const CONTROL_ATTACHMENT = 'greenlight:control';
export const CONTROL_MEDIA_TYPE = 'application/vnd.greenlight.control+json';

/** Asks the control address of a plan once per test, and remembers what it said. */
export interface Control {
  ask(): Promise<ControlAnswer>;
  /** The answer, or undefined while nobody asked. */
  readonly answer: ControlAnswer | undefined;
  /** What time it is by the control address, in milliseconds since 1970; undefined where it does not say. */
  time?(): Promise<number | undefined>;
}

/** @param url `target.control` of the plan; without one the answer is `not-asked` */
export function createControl(url: string | undefined): Control {
  let asked: Promise<ControlAnswer> | undefined;
  let answer: ControlAnswer | undefined;
  return {
    async ask() {
      answer = await (asked ??= askControl(url));
      return answer;
    },
    get answer() {
      return answer;
    },
    time: async () => (url === undefined ? undefined : (await timeAt(url))?.now),
  };
}
