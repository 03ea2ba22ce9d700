import { autocannonEngine } from '../../../load/engines/autocannon.ts';
import { k6Engine } from '../../../load/engines/k6.ts';
import type { LoadEngine } from '../../../contract/ports/load-engine.ts';
import { benchOrder } from './engine-order.ts';
import { startBenchTarget } from './target.ts';

/**
 * Percentiles as reported, against what the target itself took for each answer. k6 keeps an arrival rate through a
 * stall of two seconds, so all visitors who would have met it do; autocannon waits for answers, so without a stall.
 */
export async function measureAccuracy(scratch: string): Promise<void> {
  console.log('percentiles against what the target took, 100 ms and more with a long tail   aim within 2 %');
  await compare('k6, 150 arrivals/s, stall of 2 s', 'stall', k6Engine, scratch, {
    rate: 150,
    connections: 400,
    durationS: 12,
  });
  await compare('autocannon, 40 connections', 'steady', autocannonEngine, scratch, {
    engine: 'autocannon',
    connections: 40,
    durationS: 12,
  });
}

async function compare(
  title: string,
  behaviour: string,
  engine: LoadEngine,
  scratch: string,
  profile: Parameters<typeof benchOrder>[2],
): Promise<void> {
  const target = await startBenchTarget(behaviour);
  try {
    const result = await engine.run(benchOrder(target.url, scratch, profile));
    const times = [...(await target.times())].sort((a, b) => a - b);
    if (result.faults.length > 0) throw new Error(result.faults.join('; '));
    const told = ([50, 95, 99] as const).map((percentile) => {
      const truth = times[Math.ceil((percentile / 100) * times.length) - 1] ?? NaN;
      const said = result.latency?.[`p${percentile}`] ?? NaN;
      const off = ((said / truth - 1) * 100).toFixed(1);
      return `p${percentile} ${said.toFixed(1)} of ${truth.toFixed(1)} ms (${off} %)`;
    });
    console.log(
      `  ${title.padEnd(34)} ${told.join(', ')}, ${result.requests} of ${times.length} answers, ${result.dropped} dropped`,
    );
  } finally {
    target.close();
  }
}
