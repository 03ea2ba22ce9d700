import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, test } from 'vitest';
import { type Kept, outboxFile } from '../../../notify/outbox.ts';
import { ROUTING_KEY, startStandIns, WEBHOOK_SECRET } from '../../notify/stand-ins.ts';

const TELLER = path.resolve(import.meta.dirname, '../../notify/teller.ts');
const KILLS = 8;
/** 30 incidents, each opened and resolved; the last run gets what a kill has left waiting. */
const LETTERS = `${'FFSS'.repeat(30)}S`;
const TRANSITIONS = 60;

test('whoever tells is killed again and again: nothing is lost, and what comes twice is counted', async () => {
  const standIns = await startStandIns();
  const directory = mkdtempSync(path.join(tmpdir(), 'greenlight-killed-'));
  try {
    standIns.delayMs = 15;
    const plan = path.join(directory, 'plan.json');
    const channels = {
      page: { adapter: 'pagerduty', routingKey: { secret: 'PD_KEY' }, url: standIns.url('pagerduty') },
      own: { adapter: 'webhook', url: standIns.url('webhook'), secret: { secret: 'HOOK_SECRET' } },
    };
    writeFileSync(
      plan,
      JSON.stringify({
        target: { name: 'shop', urls: { app: 'http://127.0.0.1:1' } },
        probes: [
          {
            kind: 'endpoints',
            id: 'checkout-works',
            title: 'A customer can buy',
            phases: ['synthetic'],
            paths: ['/'],
          },
        ],
        notify: { channels, routes: [{ to: ['page', 'own'] }] },
      }),
    );
    const env = { ...process.env, PD_KEY: ROUTING_KEY, HOOK_SECRET: WEBHOOK_SECRET };
    let kills = 0;
    for (;;) {
      const child = spawn(process.execPath, ['--import', 'tsx', TELLER, plan, directory, LETTERS], {
        env,
        stdio: ['ignore', 'ignore', 'inherit'],
      });
      const before = standIns.arrived.webhook.length;
      const ended = new Promise<number | null>((resolve) => child.once('exit', resolve));
      let over = false;
      void ended.then(() => (over = true));
      // In the middle of some message: after so many of them, and a part of the next one's time.
      const wanted = before + 1 + (kills % 4);
      while (kills < KILLS && !over && standIns.arrived.webhook.length < wanted)
        await new Promise((resolve) => setTimeout(resolve, 1));
      if (kills < KILLS && !over) {
        await new Promise((resolve) => setTimeout(resolve, (kills * 7) % 20));
        child.kill('SIGKILL');
        kills += 1;
      }
      const code = await ended;
      if (code !== null) {
        expect(code).toBe(0);
        break;
      }
    }
    const kept = JSON.parse(readFileSync(outboxFile(directory, 'shop', 'synthetic'), 'utf8')) as Kept;
    const { webhook, pagerduty } = standIns.arrived;
    expect(kills).toBe(KILLS);
    expect(standIns.refused).toEqual([]);
    expect(webhook.length - standIns.repeated.length).toBe(TRANSITIONS);
    expect([kept.waiting, kept.dropped, standIns.open.size]).toEqual([[], 0, 0]);
    const repeated = standIns.repeated.length + pagerduty.length - TRANSITIONS;
    expect(repeated).toBeLessThanOrEqual(kept.repeated);
    expect(kept.repeated).toBeLessThanOrEqual(2 * KILLS);
  } finally {
    await standIns.close();
    rmSync(directory, { recursive: true, force: true });
  }
});
