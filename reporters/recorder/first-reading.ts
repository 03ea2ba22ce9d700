import type { TestResult } from '@playwright/test/reporter';
import type { SeenStep } from '../classify.ts';

/** What of a result decides. */
export type Reading = Pick<
  TestResult,
  'retry' | 'startTime' | 'status' | 'duration' | 'errors' | 'annotations' | 'attachments'
> & {
  readonly steps: readonly SeenStep[];
};

/** Reads results as Playwright wrote them, whatever other reporters make of them afterwards. */
export interface FirstReadings {
  /** Call it when a test begins. */
  watch(result: TestResult): void;
  of(result: TestResult): Reading;
  /** Where another reporter has changed the answer since: what it was, and what it is now. */
  changed(result: TestResult): { readonly from: string; readonly to: string } | undefined;
}

/**
 * All reporters share one result object, and those that the user configured are told of its end before us: one that
 * "quarantines" a test by setting its status would have the first word. So the first assignment to each property is
 * kept: that is Playwright's own, made before any reporter hears of the end.
 */
export function firstReadings(): FirstReadings {
  const taken = new WeakMap<TestResult, Partial<Reading>>();
  return {
    watch(result) {
      const reading: Partial<Reading> = {};
      taken.set(result, reading);
      onFirstSet(result, 'duration', (value) => Object.assign(reading, { duration: value }));
      onFirstSet(result, 'errors', (value) => Object.assign(reading, { errors: structuredClone(value) }));
      onFirstSet(result, 'annotations', (value) =>
        Object.assign(reading, { annotations: structuredClone(value) }),
      );
      onFirstSet(result, 'status', (value) => {
        const attachments = result.attachments.map((attachment) => ({ ...attachment }));
        Object.assign(reading, { status: value, attachments, steps: copied(result.steps) });
      });
    },
    of(result) {
      const { retry, startTime, status, duration, errors, annotations, attachments, steps } = result;
      return {
        retry,
        startTime,
        status,
        duration,
        errors,
        annotations,
        attachments,
        steps,
        ...taken.get(result),
      };
    },
    changed(result) {
      const from = taken.get(result)?.status;
      return from === undefined || from === result.status ? undefined : { from, to: result.status };
    },
  };
}

/** Calls back with the first value that is assigned from now on; for everybody else the property stays as it was. */
function onFirstSet<K extends keyof TestResult>(
  result: TestResult,
  key: K,
  told: (value: TestResult[K]) => void,
): void {
  let current = result[key];
  let first = true;
  Object.defineProperty(result, key, {
    configurable: true,
    enumerable: true,
    get: () => current,
    set: (value: TestResult[K]) => {
      current = value;
      if (first) told(value);
      first = false;
    },
  });
}

function copied(steps: readonly SeenStep[]): readonly SeenStep[] {
  return steps.map(({ category, title, duration, error, location, steps: inner }) => ({
    category,
    title,
    duration,
    error: error && { ...error },
    location,
    steps: copied(inner),
  }));
}
