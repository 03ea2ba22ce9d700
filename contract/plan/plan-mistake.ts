/** A function of the plan gave something that cannot be meant. It is our fault, never the target's. */
export class PlanMistake extends Error {
  override readonly name = 'PlanMistake';
  readonly hint: string;
  constructor(message: string, hint: string) {
    super(message);
    this.hint = hint;
  }
}

/** Whether something is a promise, or like one. */
export function isThenable(value: unknown): value is PromiseLike<unknown> {
  return (
    typeof value === 'object' &&
    value !== null &&
    typeof (value as { readonly then?: unknown }).then === 'function'
  );
}

/**
 * Refuses what an async function of a flow gave: nobody waits for it, so later steps would use a promise as a value.
 * @param what for example `capture`
 * @returns the value, or its own members, are no promises
 * @throws PlanMistake that says what to write instead
 */
export function refusePromise<T>(what: string, value: T): T {
  if (isThenable(value))
    throw promised(`${what} is async: it gave a promise, and nobody waits for it`, value);
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
    for (const [name, member] of Object.entries(value)) {
      if (isThenable(member)) throw promised(`${what} gave a promise for "${name}"`, member);
    }
  }
  return value;
}

function promised(message: string, promise: PromiseLike<unknown>): PlanMistake {
  // Its own rejection has nobody else to go to, and would end the process.
  promise.then(undefined, () => undefined);
  return new PlanMistake(
    message,
    'write it without async and await: only page steps wait, and what comes from elsewhere belongs into a step of its own',
  );
}
