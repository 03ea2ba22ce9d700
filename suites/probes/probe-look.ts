import type { Plan } from '../../contract/plan/plan.ts';
import type { Target } from '../../contract/plan/target.ts';
import type { TwinTools } from '../parity/ask-twins.ts';
import type { CreatedData } from '../created-data.ts';
import type { LogInTools } from '../parity/log-in.ts';
import type { BrowserSession } from '../page-session.ts';
import type { Probed, ProbeTools } from '../probe-finding.ts';

/** How one kind of probe looks. */
export interface ProbeLook<P> {
  /** The most answers that it waits for, one after the other: Playwright's own time-out must come after them. */
  readonly mostAnswers: (probe: P, plan: Plan) => number;
  /**
   * Looks once. What it saw becomes a finding: a statement that does not hold is `fail`.
   * @throws CannotTell where what happened is not the target's; any other throw is `unknown` as well
   */
  readonly look: (probe: P, tools: TwinTools, logIn: LogInTools, created: CreatedData) => Promise<Probed>;
}

/** How a kind of probe looks that opens pages: of the others none needs a browser. */
export interface BrowserLook<P> extends Pick<ProbeLook<P>, 'mostAnswers'> {
  /** As `look`. */
  readonly lookIn: (browsers: BrowserSession, probe: P, tools: ProbeTools, target: Target) => Promise<Probed>;
}
