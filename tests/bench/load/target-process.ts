// The target of the load bench. `fast` answers at once; `steady` after a delay of a known distribution; `stall` does the
// same and stands still for two seconds in between.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { seededRandom } from '../../../load/compare/seeded-random.ts';

const [behaviour] = process.argv.slice(2);
const STALL_AFTER_MS = 4000;
const STALL_MS = 2000;
const times: number[] = [];
let count = 0;
let first: number | undefined;
const random = seededRandom(7);

/** 100 ms and more with a long tail, large against what a busy machine adds. */
function delayMs(now: number): number {
  const own = 100 + 100 * -Math.log(1 - random() * 0.999);
  if (behaviour !== 'stall') return own;
  first ??= now;
  const since = now - first;
  const left = STALL_AFTER_MS + STALL_MS - since;
  return since >= STALL_AFTER_MS && left > 0 ? left + own : own;
}

const server = createServer((_, response) => {
  count += 1;
  if (behaviour === 'fast') {
    response.end('{"ok":true}');
    return;
  }
  const arrived = performance.now();
  const at = times.push(NaN) - 1;
  setTimeout(() => {
    response.end('{"ok":true}');
    times[at] = performance.now() - arrived;
  }, delayMs(arrived));
});
server.listen(0, '127.0.0.1', () =>
  process.send?.({ url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` }),
);
process.on('message', (what) => process.send?.(what === 'times' ? { times } : { count }));
process.on('disconnect', () => process.exit());
