import type { Flow } from '../../contract/flow/flow.ts';
import type { LookedShape } from '../../contract/load/load-result.ts';

/** The steps of a flow whose answers must have a shape. Portable. */
export function shapedSteps(flow: Flow | undefined): readonly string[] {
  return (flow?.steps ?? []).flatMap((step) =>
    step.kind === 'request' && step.response !== undefined ? [step.id] : [],
  );
}

/** Counts the answers whose shape was looked at, by step. */
export class LookedShapes {
  readonly #counts: Map<string, { looked: number; wrong: number }>;

  /** @param steps all that have a schema: one that was never looked at must be told, too */
  constructor(steps: readonly string[]) {
    this.#counts = new Map(steps.map((step) => [step, { looked: 0, wrong: 0 }]));
  }

  add({ step, held }: LookedAt): void {
    const counts = this.#counts.get(step) ?? { looked: 0, wrong: 0 };
    this.#counts.set(step, counts);
    counts.looked += 1;
    if (!held) counts.wrong += 1;
  }

  /** As a part of a result: nothing where no step has a schema. */
  result(): { readonly shapes?: LookedShape[] } {
    const shapes = [...this.#counts].map(([step, counts]) => ({ step, ...counts }));
    return shapes.length === 0 ? {} : { shapes };
  }
}

/** One answer whose shape was looked at. */
export interface LookedAt {
  readonly step: string;
  readonly held: boolean;
}

/** Those of several results together, by step. */
export function mergeShapes(results: readonly { readonly shapes?: readonly LookedShape[] | undefined }[]): {
  readonly shapes?: LookedShape[];
} {
  const merged = new Map<string, LookedShape>();
  for (const { step, looked, wrong } of results.flatMap(({ shapes = [] }) => shapes)) {
    const known = merged.get(step) ?? { step, looked: 0, wrong: 0 };
    merged.set(step, { step, looked: known.looked + looked, wrong: known.wrong + wrong });
  }
  return merged.size === 0 ? {} : { shapes: [...merged.values()] };
}
