import { z } from 'zod';
import type { Problem } from '../errors.ts';
import { Phase } from '../evidence/outcome.ts';
import { list, type Loose, object } from '../flow/loose.ts';
import { plain } from '../verdict/plain-words.ts';
import { CheckId } from './check-id.ts';

const Said = z.string().regex(/\S/, 'must say something');

/** When a step is done: a phase, or `archive`, when the old system is put away. */
const StepPhase = z.enum([...Phase.options, 'archive']);

const Step = z
  .strictObject({
    /** Names the step, for whoever reports on it. */
    id: CheckId,
    /** What is done, in words. */
    title: Said,
    /** When: a phase, or `archive` for the old system after all is over. Steps of one phase are done in this order. */
    phase: StepPhase,
    /** The role that does it. */
    who: Said,
    /** How long it is expected to take, in minutes. */
    minutes: z.number().positive().optional(),
    /** The command lines to type. Greenlight prints them and runs none of them. */
    run: z.union([Said, z.array(Said).min(1)]).optional(),
    /** What is done by hand, where there is no command. */
    hand: Said.optional(),
    /** What has to be seen before the next step. */
    until: Said.optional(),
  })
  .refine(({ run, hand }) => (run === undefined) !== (hand === undefined), {
    message: 'give either "run" (command lines) or "hand" (what to do), not both and not neither',
  });

/** What people do in a cut-over; `greenlight runbook` prints it, together with what the machine checks. */
export const Runbook = z.strictObject({
  /** The role that decides where the machine could not tell. */
  decides: Said.optional(),
  /** A roll-back must be done within this time, in minutes. */
  rollbackWithinMinutes: z.number().positive().optional(),
  /** The old system is kept for so many days. */
  keepOldDays: z.number().int().positive().optional(),
  /** What else makes one roll back: what people see and no check of the plan does. */
  triggers: z.array(Said).default([]),
  /** What people do, in order. */
  steps: z.array(Step).default([]),
});
export type Runbook = z.infer<typeof Runbook>;
export type RunbookStep = Runbook['steps'][number];

/** What is wrong between the steps of a runbook and the rest of the plan. */
export function runbookProblems(plan: Loose): readonly Problem[] {
  const runbook = object(plan['runbook']);
  const first = new Map<string, number>();
  const roles = list(object(plan['people'])['roles']).map((raw) => textOf(object(raw)['role']));
  const known = new Set(roles.map(plain));
  const roleProblem = (role: string, path: string): Problem[] =>
    roles.length === 0 || role === '' || known.has(plain(role))
      ? []
      : [
          {
            path,
            value: JSON.stringify(role),
            problem: 'is a role that people.roles does not name, so the page could not say whom to call',
            remedy: `add it with its members, or use one of: ${roles.join(', ')}`,
          },
        ];
  return [
    ...roleProblem(textOf(runbook['decides']), 'runbook.decides'),
    ...list(runbook['steps']).flatMap((raw, index) => {
      const step = object(raw);
      const path = `runbook.steps[${index}]`;
      const id = textOf(step['id']);
      const before = first.get(id);
      if (before === undefined) first.set(id, index);
      return [
        ...(before === undefined || id === ''
          ? []
          : [
              {
                path: `${path}.id`,
                value: JSON.stringify(id),
                problem: `is there twice: also at runbook.steps[${before}]`,
                remedy: 'give every step its own id',
              },
            ]),
        ...roleProblem(textOf(step['who']), `${path}.who`),
      ];
    }),
  ];
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
