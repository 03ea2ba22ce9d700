import type { Phase } from '../../contract/evidence/outcome.ts';

/** A fault of a running scene, and what must come of it. */
export interface SceneFault<S> {
  readonly id: string;
  readonly title: string;
  /** In which phase it is planted. */
  readonly phase: Phase;
  /** What must come of it; default NO_GO. INCONCLUSIVE: it is no fault of the target, and nobody may roll back for it. */
  readonly verdict?: 'NO_GO' | 'INCONCLUSIVE';
  /** The check that must be named first. */
  readonly check: string;
  /** A check that must have failed as well: the step of the journey that is named first. */
  readonly step?: string;
  /** Plants it. @returns what takes it away again */
  readonly plant: (scene: S) => Undo | Promise<Undo>;
}
export type Undo = () => void | Promise<void>;

/** Everything that a plan needs to run here: stand-ins and real parts. */
export interface Scene {
  /** What the plan reads, and PATH. Asked anew for each run: a phase may change it. */
  readonly env: () => Readonly<Record<string, string>>;
  /** The file that `people.file` of the plan names here. */
  readonly statements: string;
  /** The release that should run in a phase; undefined: none is asked for. */
  readonly wanted: (phase: Phase) => { readonly release: string; readonly commit: string };
  /** What the deploy mechanism does between the phases: traffic moves, or moves back. */
  readonly enter: (phase: Phase) => Promise<void>;
  readonly close: () => Promise<void>;
}

/** A complete plan that runs here. */
export interface Example<S extends Scene = Scene> {
  readonly id: string;
  /** Phases in the order of the night. */
  readonly phases: readonly Phase[];
  readonly start: (options: SceneOptions) => Promise<S>;
  readonly faults: readonly SceneFault<S>[];
}

/** An example whatever its scene is. */
export interface AnyExample extends Omit<Example, 'start' | 'faults'> {
  readonly open: (options: SceneOptions) => Promise<OpenScene>;
  readonly faults: readonly Omit<SceneFault<never>, 'plant'>[];
}

/** A scene that runs, with the faults of its example. */
export interface OpenScene extends Scene {
  plant(fault: string): Promise<Undo>;
}

/** Ties faults to the scene that they are for, and hides what it is made of. */
export function example<S extends Scene>({ start, ...rest }: Example<S>): AnyExample {
  return {
    ...rest,
    open: async (options) => {
      const scene = await start(options);
      return {
        ...scene,
        plant: async (id) => {
          const fault = rest.faults.find((one) => one.id === id);
          if (fault === undefined) throw new Error(`no fault "${id}"`);
          return fault.plant(scene);
        },
      };
    },
  };
}

export interface SceneOptions {
  /** For files of the scene; its own. */
  readonly directory: string;
  readonly signal: AbortSignal;
}
