/** Writes many entries, settles every second one, and says which stay: `<state> <name> <count>`. */
import { openLedger } from '../../../safety/ledger.ts';

const [state = '', name = '', count = '0'] = process.argv.slice(2);
const ledger = await openLedger(state, 'shop');
for (let made = 0; made < Number(count); made += 1) {
  const identity = `gl-${name}-${made}-${'x'.repeat(200)}`;
  const id = await ledger.record({ run: name, check: 'writes', kind: 'customer', identity });
  if (made % 2 === 0) await ledger.settle(id, 'undone');
  else process.stdout.write(`${id}\n`);
}
