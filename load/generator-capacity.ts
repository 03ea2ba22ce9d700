import type { LoadResult } from '../contract/load/load-result.ts';

/** Share of a core up to which a generator answers in time. */
const COMFORTABLE = 0.7;

/** How many cores the ordered load would take, by what it took here; empty where nobody saw that. In parentheses. */
export function coresItTakes({ generator, achievedRate, targetRate, spanMs }: LoadResult): string {
  const { cpuPercent, processes } = generator;
  // Of several generators only the worst one's share is known.
  if (cpuPercent === null || !(achievedRate > 0) || processes !== undefined || spanMs !== undefined)
    return '';
  const wanted = targetRate ?? achievedRate;
  const cores = Math.ceil(((cpuPercent / 100) * (wanted / achievedRate)) / COMFORTABLE);
  return ` (${shown(achievedRate)} requests a second took ${Math.round(cpuPercent)} % of a core here, so ${shown(wanted)} take about ${cores} free ${cores === 1 ? 'core' : 'cores'})`;
}

/** How many virtual users the ordered arrivals keep busy (Little's law); empty where no latency is known. */
export function usersItTakes({ latency, targetRate }: LoadResult): string {
  if (latency === null || targetRate === null) return '';
  const users = Math.ceil((targetRate * latency.p99) / 1000) + 1;
  return ` (${shown(targetRate)} arrivals a second that take up to ${shown(latency.p99)} ms keep about ${users} virtual users busy)`;
}

function shown(value: number): string {
  return String(Number(value.toFixed(value < 10 ? 1 : 0)));
}
