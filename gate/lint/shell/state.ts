/** What a shell knows at one moment of one way through a script. An unknown value or status is undefined. */
export interface State {
  /** `$?` */
  readonly status: number | undefined;
  /** `set -e` does not end the shell for this status: it was asked for. */
  readonly asked: boolean;
  readonly vars: ReadonlyMap<string, string | undefined>;
  readonly errexit: boolean;
  readonly pipefail: boolean;
  /** The gate has given the answer that this way is about. */
  readonly answered: boolean;
  /** Traffic was taken back since. */
  readonly tookBack: boolean;
  /** By signal: what `trap` ordered. */
  readonly traps: ReadonlyMap<string, string>;
  /** How this way leaves what it is in; undefined while it goes on. */
  readonly leaving: 'exit' | 'return' | 'break' | 'continue' | undefined;
}

export function firstState(start: { readonly strict: boolean; readonly pipefail: boolean }): State {
  return {
    status: 0,
    asked: false,
    vars: new Map(),
    errexit: start.strict,
    pipefail: start.pipefail,
    answered: false,
    tookBack: false,
    traps: new Map(),
    leaving: undefined,
  };
}

/** The same states, each once. */
export function distinct(states: readonly State[]): readonly State[] {
  const seen = new Map<string, State>();
  for (const state of states) {
    const key = JSON.stringify([
      { ...state, vars: undefined, traps: undefined },
      [...state.vars].map(([name, value]) => [name, value ?? null]),
      [...state.traps],
    ]);
    // JSON leaves undefined out, so that an unknown status has a key of its own.
    seen.set(key, state);
  }
  return [...seen.values()];
}
