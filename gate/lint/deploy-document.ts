import type { GateWords } from './gate-words.ts';
import type { Line, Place } from './place.ts';
import type { ShellScript, ShellStart } from './shell-script.ts';

/**
 * How a YAML document is known to be of a kind: as an object of Kubernetes by its `kind`; by keys that nothing else has;
 * or by its likeness, when nothing else is sure of it. A script is known by its name or its first line.
 */
export type Recognition =
  | { readonly by: 'object'; readonly kinds: readonly string[] }
  | { readonly by: 'keys' | 'likeness'; readonly fits: (root: Place) => boolean }
  | { readonly by: 'script' };

/** Commands in a document, as they stand there, and how their surroundings start the shell. */
export interface ScriptSource {
  readonly lines: readonly Line[];
  readonly start: ShellStart;
}

/** What a file of CI has and others have not: jobs that wait for each other, with conditions. */
export interface Pipeline {
  /** Where a `retry` runs the gate again. */
  repeated(document: DeployDocument): readonly Place[];
  /** Keys of commands that run when their job has its result already. */
  readonly after: readonly string[];
}

/** One kind of deploy file. */
export interface DeployKind {
  readonly known: Recognition;
  /** Every piece of shell in it. */
  scripts(root: Place): readonly ScriptSource[];
  /** Whether anything in it can stop a deploy. */
  hasGate(document: DeployDocument): boolean;
  readonly pipeline: Pipeline | null;
  /** The specs of Jobs of Kubernetes in it that run Greenlight. */
  jobSpecs?(root: Place): readonly Place[];
  /** Shards and their merge are objects of their own, in different files. */
  readonly mergesElsewhere?: true;
}

/** One document of a deploy file, read. */
export interface DeployDocument {
  readonly kind: DeployKind;
  /** Line on which it starts. */
  readonly line: number;
  /** Undefined for a shell script, which is no YAML. */
  readonly root: Place | undefined;
  /** Its source without comments. */
  readonly source: readonly Line[];
  readonly scripts: readonly ShellScript[];
  readonly gate: GateWords;
}

/** Nothing in it is shell. */
export const noScripts = (): readonly ScriptSource[] => [];
