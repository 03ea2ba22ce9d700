import { ABSENT_FOR_MS } from '../../contract/flow/absent.ts';
import type { ObserveStep } from '../../contract/flow/flow.ts';
import type { Statement } from '../../contract/flow/statement.ts';

/** How long a step that wants to see nothing looks while nothing is there. Milliseconds. */
export function absentForMs({ absent }: Pick<ObserveStep, 'absent'>): number {
  return absent === undefined ? 0 : (absent.forMs ?? ABSENT_FOR_MS);
}

/** Takes what each look saw. @returns the statement once it is settled */
export type Absence = (present: boolean, askedAtMs: number) => Statement | undefined;

/**
 * Watches that nothing is there for as long as the step says. What is there may go within `withinMs`; what is there at the
 * end of it, or comes after it, is a statement that does not hold.
 */
export function watchAbsence(step: ObserveStep, withinMs: number): Absence {
  const forMs = absentForMs(step);
  const settled = (ok: boolean): Statement => ({
    name: step.port,
    ok,
    measured: ok ? 'no such row' : 'a row is there',
    expected: `no such row for ${forMs} ms, within ${withinMs} ms`,
  });
  let absentSince: number | undefined;
  return (present, askedAtMs) => {
    if (present) {
      absentSince = undefined;
      return askedAtMs >= withinMs ? settled(false) : undefined;
    }
    absentSince ??= askedAtMs;
    return askedAtMs - absentSince >= forMs ? settled(true) : undefined;
  };
}
