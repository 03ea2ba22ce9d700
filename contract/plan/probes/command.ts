import { z } from 'zod';
import { command as keys, commandProblems } from '../command.ts';
import { Expectation, Pattern, patternOf } from './expectation.ts';
import { probeKind, probeSchema } from './probe-kind.ts';
import { ZodSchema } from './zod-schema.ts';

/** As a process may end; above 128 shells mean a signal. */
const ExitCode = z.number().int().min(0).max(255);

/** What a test suite of somebody else leaves behind. */
const ForeignReport = z.strictObject({
  /**
   * `junit`: the XML that nearly every runner can write; its `error` (a test that broke) is told from `failure`.
   * `ctrf`: the JSON of ctrf.io. `playwright-json`: Playwright's JSON reporter.
   */
  format: z.enum(['junit', 'ctrf', 'playwright-json']),
  /** The file, seen from `cwd`. It must be written by this very run of the program. */
  file: z.string().min(1),
  /** So many tests must have passed: with fewer the suite was not run as meant, and the answer is unknown. */
  atLeast: z.number().int().positive().default(1),
  /** So many tests may be skipped; with more of them the answer is unknown. */
  allowedSkips: z.number().int().nonnegative().default(0),
});
export type ForeignReport = z.infer<typeof ForeignReport>;

/** A program ends as it should, and prints what it should. It needs `allow.commands`. */
export const command = probeKind({
  schema: probeSchema('command', {
    ...keys,
    /** Here: until the program has ended. When it is over, the program and all that it started are ended. */
    budgetMs: z.number().int().positive().max(3_600_000).default(60_000),
    /** The exit code, or several, that mean that all is well. */
    exitCode: z.union([ExitCode, z.array(ExitCode).min(1)]).default(0),
    /** Exit codes that mean that the program could not tell, such as 253 of `aws`: it has no credentials. */
    unknownExitCodes: z.array(ExitCode).default([]),
    /** A regular expression: where the program prints it and does not end well, it could not tell. */
    unknownWhen: Pattern.optional(),
    /** Texts that it must print, each of them. */
    contains: z.array(z.string().min(1)).min(1).optional(),
    /** A regular expression that must match what it prints; `^` and `$` are the ends of a line. */
    matches: Pattern.optional(),
    /** A zod schema: then its standard output must be JSON of this shape. */
    schema: ZodSchema.optional(),
    /** Comparisons of its standard output, which must be JSON: `({ body }) => [equal('replicas', body.ready, 3)]`. */
    expect: Expectation.optional(),
    /** For a test suite: the report that it writes. What its tests say counts, and not only the exit code. */
    report: ForeignReport.optional(),
  }),
  project: 'suites',
  shows: 'The program ended as the plan says and printed what it must; of a test suite: enough tests passed.',
  fails:
    'It ended with another exit code, printed something else, or a test of its suite failed; and nothing shows that it could not tell.',
  unknown:
    'It is not there, was ended by a signal or by the time, could not reach or was not let in by what it asks, an exit code or text that the plan names says so, or its report is missing, old, broken, or of too few tests.',
  example: {
    kind: 'command',
    id: 'rollout-is-complete',
    title: 'The roll-out is complete',
    program: 'kubectl',
    args: ['rollout', 'status', 'deployment/shop', '--timeout=60s'],
    budgetMs: 90_000,
    contains: ['successfully rolled out'],
  },
  problems: (probe, plan, path) => [
    ...commandProblems(plan, probe, path),
    ...contradictions(probe.exitCode, probe.unknownExitCodes).map((code) => ({
      path: `${path}.unknownExitCodes`,
      value: String(code),
      problem: 'means that all is well as well, by exitCode',
      remedy: 'leave it in one of the two',
    })),
    ...besideReport(probe).map((key) => ({
      path: `${path}.${key}`,
      value: key,
      problem: 'is not looked at beside report',
      remedy: 'make it a probe of its own, or drop report',
    })),
    ...(probe.matches !== undefined && patternOf(probe.matches).test('')
      ? [
          {
            path: `${path}.matches`,
            value: JSON.stringify(probe.matches),
            problem: 'matches the empty text, and so whatever is printed',
            remedy: 'let it name something that must be there',
          },
        ]
      : []),
  ],
});

const JUDGED_WITHOUT_REPORT = ['contains', 'matches', 'schema', 'expect'] as const;

function besideReport(
  probe: Partial<Record<(typeof JUDGED_WITHOUT_REPORT)[number] | 'report', unknown>>,
): readonly string[] {
  return probe.report === undefined ? [] : JUDGED_WITHOUT_REPORT.filter((key) => probe[key] !== undefined);
}

function contradictions(well: number | readonly number[], unclear: readonly number[]): readonly number[] {
  const wanted = typeof well === 'number' ? [well] : well;
  return unclear.filter((code) => wanted.includes(code));
}
