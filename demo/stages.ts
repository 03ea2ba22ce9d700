/** The stages of a boot, told to whoever watches. */
export interface Stages {
  /** Runs one stage: announces it, and says how long it took. */
  run<T>(title: string, work: () => Promise<T>, outcome?: (result: T) => string): Promise<T>;
  /** A line within the stage under way. */
  readonly detail: (line: string) => void;
  /** The stage under way, or the one that failed. */
  current(): string;
}

/** No stage begins after an abort. */
export function createStages(tell: (line: string) => void, signal?: AbortSignal): Stages {
  const begun = performance.now();
  let stage = 'preparing';
  return {
    run: async (title, work, outcome) => {
      signal?.throwIfAborted();
      stage = title;
      tell(title);
      const started = performance.now();
      const result = await work();
      const said = outcome ? `${outcome(result)}, ` : '';
      tell(`  ${said}${seconds(started)} (${seconds(begun)} in all)`);
      return result;
    },
    detail: (line) => tell(`  ${line}`),
    current: () => stage,
  };
}

function seconds(since: number): string {
  return `${((performance.now() - since) / 1000).toFixed(1)} s`;
}
