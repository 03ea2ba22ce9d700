import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type GateOptions, startGate } from '../gate/gate-under-test.ts';
import { MINUTE, type VerdictOf, writeVerdict } from '../gate/verdicts.ts';

/** What is known about the subject; the nonce stands for the deploy that asks. */
const STATES = ['GO', 'NO_GO', 'INCONCLUSIVE', 'pending', 'unknown subject', 'expired'] as const;

/** Everything that a consumer of the gate can run into. */
export const SITUATIONS = [...STATES, 'gate down', 'proxy answers HTML'] as const;
export type Situation = (typeof SITUATIONS)[number];

/** A gate that knows a verdict for each state, under the state as nonce, and what may stand in its place. */
export interface Situations {
  /** Address of whoever answers in this situation. */
  whereIs(situation: Situation): string;
  close(): Promise<void>;
}

export async function startSituations(azure?: GateOptions['azure']): Promise<Situations> {
  const verdicts: Record<(typeof STATES)[number], VerdictOf | undefined> = {
    GO: { decision: 'GO' },
    NO_GO: { decision: 'NO_GO' },
    INCONCLUSIVE: { decision: 'INCONCLUSIVE' },
    pending: { decision: 'pending' },
    'unknown subject': undefined,
    expired: { decision: 'GO', expiresAt: Date.now() - MINUTE },
  };
  const gate = await startGate(azure === undefined ? {} : { azure });
  for (const state of STATES) {
    const verdict = verdicts[state];
    if (verdict !== undefined) writeVerdict(gate.runs, { ...verdict, run: state, nonce: state });
  }
  const proxy = createServer((_request, response) => {
    response.setHeader('content-type', 'text/html');
    response.end('<!doctype html><title>Please sign in</title>');
  });
  await listening(proxy);
  const closed = createServer();
  await listening(closed);
  const down = addressOf(closed);
  await new Promise((resolve) => closed.close(resolve));
  return {
    whereIs(situation) {
      if (situation === 'gate down') return down;
      return situation === 'proxy answers HTML' ? addressOf(proxy) : gate.url;
    },
    async close() {
      await gate.close();
      proxy.closeAllConnections();
      await new Promise((resolve) => proxy.close(resolve));
    },
  };
}

function listening(server: Server): Promise<void> {
  return new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
}

function addressOf(server: Server): string {
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}
