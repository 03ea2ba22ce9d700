import type { ObserveStep } from '../../contract/flow/flow.ts';
import type { ObservePort, PortName } from '../../contract/ports/observe.ts';
import { CannotTell } from '../cannot-tell.ts';

/**
 * Refuses to say that something was never sent where what we look through may have dropped it since the flow began: it
 * made room, could not take it in, was emptied, or was started again. Compared by how long ago that was, so that no two
 * clocks are held against each other.
 * @param startedAt of the flow, in milliseconds since 1970
 * @throws CannotTell `dropped`, PortUnavailable
 */
export async function refuseDropped(
  step: ObserveStep,
  port: ObservePort<PortName>,
  startedAt: number,
): Promise<void> {
  if (port.completeForMs === undefined) return;
  const completeForMs = await port.completeForMs();
  const runsForMs = Date.now() - startedAt;
  if (completeForMs >= runsForMs) return;
  throw new CannotTell(
    'dropped',
    `step "${step.id}" cannot rely on what it saw, because what it looks through may have dropped something: all that came is there for the last ${seconds(completeForMs)} only, and this flow began ${seconds(runsForMs)} ago`,
    {
      remedy:
        'let the sink keep more (--keep, --keep-mib), do not empty or restart it while checks run, and repeat',
    },
  );
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}
