/**
 * Takes the lease of a target again and again: `<state> <rounds> <how>`. While it holds it, no other process may: each
 * writes a file that must not exist. `die` ends by SIGKILL while holding, `hold` says so and holds until it is ended.
 */
import { closeSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { GreenlightError } from '../../../contract/errors.ts';
import { acquireLease, type Lease } from '../../../safety/lease.ts';

const [state = '', rounds = '1', how = 'release'] = process.argv.slice(2);
const room = join(state, 'room');

async function acquire(): Promise<Lease> {
  for (;;) {
    try {
      return await acquireLease({
        stateDirectory: state,
        target: 'shop',
        run: `r${process.pid}`,
        phase: 'synthetic',
      });
    } catch (error) {
      if (!(error instanceof GreenlightError && error.code === 'LEASE_HELD')) throw error;
      await sleep(Math.random() * 5);
    }
  }
}

function enter(): void {
  try {
    const file = openSync(room, 'wx');
    writeSync(file, String(process.pid));
    closeSync(file);
  } catch {
    const other = Number(readFileSync(room, 'utf8'));
    if (!lives(other)) {
      // It died in here, as some do on purpose.
      rmSync(room);
      enter();
      return;
    }
    process.stdout.write(`overlap of ${process.pid} with ${other}\n`);
    process.exit(3);
  }
}

/** A process that was killed and not yet reaped by its parent still answers signals: it is dead all the same. */
function lives(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return !/\) Z /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
}

for (let round = 0; round < Number(rounds); round += 1) {
  const lease = await acquire();
  enter();
  if (how === 'hold') {
    process.stdout.write('holding\n');
    await sleep(60_000);
  }
  await sleep(Math.random() * 3);
  if (how === 'die' && round === Number(rounds) - 1) process.kill(process.pid, 'SIGKILL');
  rmSync(room);
  await lease.release();
}
process.stdout.write('done\n');
