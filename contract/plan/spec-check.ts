import { z } from 'zod';
import type { Problem } from '../errors.ts';
import { Phase } from '../evidence/outcome.ts';
import { list, type Loose, object } from '../flow/loose.ts';
import { CheckId } from './check-id.ts';
import { checkOptions } from './check-options.ts';
import { envProblems } from './env-problems.ts';
import { hostProblems } from './host-problems.ts';
import { hostOf, isLoopback } from './loopback.ts';
import { SecretString } from './secret.ts';

/** Spec files that a user has already, run as they are: one check, whatever the number of tests in them. */
export const SpecCheck = z.strictObject({
  id: CheckId,
  /** The statement in words, as reports show it. */
  title: z.string().min(1),
  /** Phases in which it must run. */
  phases: z.array(Phase).min(1).default(['post-cutover']),
  /** Files or folders, seen from the folder of the plan. */
  spec: z.union([z.string().min(1), z.array(z.string().min(1)).min(1)]),
  /** Only tests whose title, tag, project or file name matches, as Playwright's `--grep` takes it. */
  grep: z.string().min(1).optional(),
  /** The Playwright configuration, seen from the folder of the plan; default: the nearest one above the spec. */
  config: z.string().min(1).optional(),
  /** Only these projects of that configuration; default: all of them. */
  projects: z.array(z.string().min(1)).min(1).optional(),
  /** Environment variables for this Playwright, such as the one with which its configuration is told the address. */
  env: z.record(z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/), SecretString).default({}),
  /**
   * Whether its tests create data on the target. Greenlight cannot see that, nor remove it: it stands in no ledger. Must
   * be said for every target that is not loopback; where nothing is said they are taken to create.
   */
  createsData: z.boolean().optional(),
  /** Whether tests that are skipped, or marked `fixme`, leave the others their word. All of them never do. */
  allowSkipped: z.boolean().default(false),
  /** All its tests must have ended within this time, in minutes. */
  timeoutMinutes: z.number().positive().max(240).default(10),
  ...checkOptions,
});
export type SpecCheck = z.infer<typeof SpecCheck>;

/** The files and folders of a check, as the plan names them. */
export function pathsOf({ spec }: Pick<SpecCheck, 'spec'>): readonly string[] {
  return typeof spec === 'string' ? [spec] : spec;
}

/** What is wrong with the specs of a plan, as far as the plan alone tells. */
export function specProblems(plan: Loose): Problem[] {
  return list(plan['specs']).flatMap((raw, index) => {
    const spec = object(raw);
    const path = `specs[${index}]`;
    return [
      ...grepProblems(spec, path),
      ...envProblems(spec['env'], `${path}.env`, 'your Playwright configuration or your tests'),
      ...creationProblems(plan, spec, path),
    ];
  });
}

function grepProblems({ grep }: Loose, path: string): Problem[] {
  if (typeof grep !== 'string') return [];
  try {
    new RegExp(grep);
    return [];
  } catch (error) {
    return [
      {
        path: `${path}.grep`,
        value: JSON.stringify(grep),
        problem: `is no regular expression: ${error instanceof Error ? error.message : String(error)}`,
        remedy:
          'write it as for `npx playwright test --grep`; put a \\ before characters that are meant as they stand',
      },
    ];
  }
}

function creationProblems(plan: Loose, { id, createsData }: Loose, path: string): Problem[] {
  const name = typeof id === 'string' ? id : '';
  if (createsData === false) return [];
  if (createsData === true) return hostProblems(plan, 'createData', path, `the spec "${name}" creates data`);
  return Object.values(object(object(plan['target'])['urls'])).flatMap((url) => {
    const host = typeof url === 'string' ? hostOf(url) : undefined;
    if (host === undefined || isLoopback(host)) return [];
    return [
      {
        path: `${path}.createsData`,
        value: 'nothing',
        problem: `Greenlight cannot see whether the spec "${name}" creates data on ${host.nameAndPort}, and would not remove it`,
        remedy: `say it: createsData: false where its tests only read or remove all that they create; else createsData: true, and allow: { createData: ['${host.name}'] }`,
      },
    ];
  });
}
