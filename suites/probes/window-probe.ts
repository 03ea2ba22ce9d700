import { holds, type Statement } from '../../contract/flow/statement.ts';
import type { Probe } from '../../contract/plan/probe.ts';
import { type Clock, clockAt, isWithin } from '../../contract/plan/week-window.ts';
import { doubtfulClock, otherClock } from '../own-clock.ts';
import type { Probed, ProbeTools } from '../probe-finding.ts';
import type { ProbeLook } from './probe-look.ts';

type WindowProbe = Extract<Probe, { kind: 'window' }>;

export const windowLook: ProbeLook<WindowProbe> = {
  // What time it is by the control address, and by the target.
  mostAnswers: () => 2,
  look: (probe, tools) => probeWindow(probe, tools),
};

/** Whether the cut-over may happen now. @throws CannotTell when our own clock is far off */
export async function probeWindow(probe: WindowProbe, { urls, control }: ProbeTools): Promise<Probed> {
  const url = urls['app'];
  const other = url === undefined ? undefined : await otherClock(url, control);
  if (other !== undefined) throw doubtfulClock('the window of the cut-over', other);
  const statements = windowStatements(probe, Date.now());
  const frozen = statements.some(({ name, ok }) => name === 'freeze' && !ok);
  return {
    statements,
    holds: `It is ${inWords(clockAt(Date.now(), probe.timeZone), probe.timeZone)}, within the window`,
    cause: frozen ? 'freeze' : 'outside-window',
    remedy: 'wait for the window, or change it in the plan with those who agreed to it',
  };
}

/**
 * Compares a moment with the windows and freezes of a plan, by what the clocks on the wall show: an hour that comes twice
 * is within the window both times, one that is left out in spring never comes.
 * @param now milliseconds since 1970
 */
export function windowStatements(
  { windows, freezes, timeZone }: Pick<WindowProbe, 'windows' | 'freezes' | 'timeZone'>,
  now: number,
): readonly Statement[] {
  const clock = clockAt(now, timeZone);
  const freeze = freezes.find(({ from, to }) => clock.date >= from && clock.date <= (to ?? from));
  const today = freeze === undefined ? clock.date : `${clock.date}: ${freeze.because}`;
  return [
    holds('freeze', freeze === undefined, today, 'no day of a freeze'),
    holds(
      'window',
      windows.some((window) => isWithin(window, clock)),
      inWords(clock, timeZone),
      windows.map(({ days, from, to }) => `${days.join(', ')} ${from} to ${to}`).join('; or '),
    ),
  ];
}

function inWords({ weekday, date, time }: Clock, timeZone: string): string {
  return `${weekday} ${date} ${time} ${timeZone}`;
}
