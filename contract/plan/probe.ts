import { z } from 'zod';
import type { Problem } from '../errors.ts';
import { list, type Loose } from '../flow/loose.ts';
import { PROBE_KINDS } from './probes/index.ts';
import type { ProbeKind } from './probes/probe-kind.ts';

type Schema = (typeof PROBE_KINDS)[keyof typeof PROBE_KINDS]['schema'];

/** A small check of one thing, as data. */
export const Probe = z.discriminatedUnion(
  'kind',
  Object.values(PROBE_KINDS).map(({ schema }) => schema) as [Schema, ...Schema[]],
);
export type Probe = z.output<Schema>;
export type ProbeInput = z.input<Schema>;

/** One kind of probe, as all of them are seen. */
export function kindOfProbe({ kind }: Pick<Probe, 'kind'>): ProbeKind<z.ZodType<Probe, ProbeInput>> {
  const kinds: Readonly<Record<Probe['kind'], unknown>> = PROBE_KINDS;
  // One cast: that a probe goes only to the functions of its own kind is what looking it up by its kind says.
  return kinds[kind] as ProbeKind<z.ZodType<Probe, ProbeInput>>;
}

/** What is wrong between the probes of a plan of any shape and the rest of it; each problem once. */
export function probeProblems(plan: Loose): readonly Problem[] {
  const problems = list(plan['probes']).flatMap((raw, index) => {
    const parsed = Probe.safeParse(raw);
    // What cannot be read is left to the schema's own messages.
    return parsed.success
      ? (kindOfProbe(parsed.data).problems?.(parsed.data, plan, `probes[${index}]`) ?? [])
      : [];
  });
  return [...new Map(problems.map((one) => [`${one.path} ${one.problem}`, one])).values()];
}
