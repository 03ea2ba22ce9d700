import { z } from 'zod';
import { CheckId } from '../check-id.ts';
import { checkOptions } from '../check-options.ts';
import type { Problem } from '../../errors.ts';
import { Phase, type Project } from '../../evidence/outcome.ts';
import type { Loose } from '../../flow/loose.ts';
import { Headers } from '../headers.ts';

const common = {
  /** A statement, such as `pages-answer`: it names the check in every report. */
  id: CheckId,
  /** The statement in words. */
  title: z.string().min(1),
  /** When it runs. */
  phases: z.array(Phase).min(1).default(['post-cutover']),
  /** The time for one answer, in milliseconds. */
  budgetMs: z.number().int().positive().max(120_000).default(5000),
  ...checkOptions,
};

/** What every probe has in common, and the keys of its kind. */
export function probeSchema<const K extends string, Shape extends z.core.$ZodLooseShape>(
  kind: K,
  shape: Shape,
) {
  return z.strictObject({
    ...common,
    /** Which kind of probe. */
    kind: z.literal(kind),
    ...shape,
  });
}

/** For probes that send requests: where to. */
export const endpoint = {
  /** Where requests go: a name in `target.urls` or `target.thirdParties`. */
  endpoint: z.string().default('app'),
};

/** For probes that send the same headers with every request. */
export const headers = {
  /** Sent with every request, besides `target.headers`. */
  headers: Headers.optional(),
};

/** One kind of probe: its keys, and what the plan and the documentation need to know of it. */
export interface ProbeKind<S extends z.ZodType> {
  readonly schema: S;
  /**
   * Quick ones, about whether the target is there at all, are `readiness`: nothing else runs if they fail. What would
   * disturb all others is `load`: it comes last, and alone.
   */
  readonly project: Extract<Project, 'readiness' | 'suites' | 'load'>;
  /** What a pass shows, for the documentation: one sentence. */
  readonly shows: string;
  /** What fails, and what is unknown: one sentence each. */
  readonly fails: string;
  readonly unknown: string;
  /** A probe as a plan has it. A test parses it. */
  readonly example: z.input<S>;
  /** What is wrong between a probe and the rest of a plan. @param path `probes[2]` */
  readonly problems?: (probe: z.output<S>, plan: Loose, path: string) => readonly Problem[];
}

/** Ties the types of a kind of probe to its schema. */
export function probeKind<S extends z.ZodType>(kind: ProbeKind<S>): ProbeKind<S> {
  return kind;
}
