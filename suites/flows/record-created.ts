import { createdBy } from '../../contract/flow/evaluate.ts';
import type { FlowContext, PageStep, RequestStep } from '../../contract/flow/flow.ts';
import { CannotTell, firstLine } from '../cannot-tell.ts';
import { callPlan, type FlowRun } from './flow-run.ts';

/**
 * Writes down what a step is about to create, before it can exist.
 * @throws CannotTell when it cannot be written: then the step must not run
 */
export async function recordCreatedBy(
  step: RequestStep | PageStep,
  ctx: FlowContext,
  run: FlowRun,
): Promise<void> {
  const records = callPlan(`creates of step "${step.id}"`, () => createdBy(step, ctx));
  for (const record of records) {
    try {
      await run.recordCreated(record);
    } catch (error) {
      if (error instanceof CannotTell) throw error;
      throw new CannotTell(
        'ledger-unwritable',
        `step "${step.id}" was not run, because what it creates could not be recorded: ${firstLine(error)}`,
        { cause: error, remedy: 'make the state directory writable, then run again' },
      );
    }
  }
}
