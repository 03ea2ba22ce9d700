import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import type { Outcome } from '../../contract/outcome.ts';
import { parsePlan } from '../../contract/plan.ts';
import { runComparison } from '../../load/compare/run-comparison.ts';
import { loadEngines } from '../../load/engines/index.ts';

/**
 * How often a comparison of old and new is right on this machine: a system against itself, which must hardly ever fail,
 * and against a twin that is 25 % slower, which must be told. All on loopback, with autocannon.
 */
const { values } = parseArgs({
  options: { comparisons: { type: 'string', default: '40' }, rounds: { type: 'string', default: '12' } },
});
const COMPARISONS = Number(values.comparisons);
const ROUNDS = Number(values.rounds);
if (!Number.isInteger(COMPARISONS) || COMPARISONS < 1)
  throw new Error(`--comparisons ${values.comparisons}: give a whole number from 1`);
if (!Number.isInteger(ROUNDS) || ROUNDS < 6)
  throw new Error(`--rounds ${values.rounds}: give a whole number from 6`);
const BASE_MS = 20;

async function serve(delayMs: number): Promise<{ readonly server: Server; readonly url: string }> {
  const server = createServer((_, response) => void setTimeout(() => response.end('{}'), delayMs));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { server, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}

async function once(old: string, fresh: string, seed: number, scratch: string): Promise<Outcome> {
  const plan = parsePlan({
    target: { name: 'bench', urls: { app: fresh }, old: { urls: { app: old } } },
    load: {
      comparisons: [
        {
          id: 'compared',
          title: 'Compared',
          engine: 'autocannon',
          requests: [{ path: '/' }],
          connections: 3,
          rounds: ROUNDS,
          blockS: 0.25,
          warmupS: 0.2,
          margin: 0.1,
          floorMs: 1,
          percentile: 'p50',
          minimumSamples: 15,
          seed,
        },
      ],
    },
  });
  const [comparison] = plan.load.comparisons;
  if (comparison === undefined) throw new Error('the plan has no comparison');
  const finding = await runComparison({
    plan,
    comparison,
    engine: loadEngines.autocannon,
    run: `bench${seed}`,
    scratch,
    secret: () => '',
    progress: () => undefined,
    signal: new AbortController().signal,
  });
  return finding.outcome;
}

const scratch = mkdtempSync(path.join(tmpdir(), 'greenlight-bench-compare-'));
const [old, same, slower] = await Promise.all([serve(BASE_MS), serve(BASE_MS), serve(BASE_MS * 1.25)]);
try {
  for (const [title, twin, right] of [
    ['a system against its identical twin', same, 'pass'],
    ['against a twin that is 25 % slower', slower, 'fail'],
  ] as const) {
    const said: Record<Outcome, number> = { pass: 0, fail: 0, unknown: 0, 'not-applicable': 0 };
    for (let seed = 1; seed <= COMPARISONS; seed += 1) {
      said[await once(old.url, twin.url, seed, scratch)] += 1;
      if (seed % 10 === 0) console.error(`${title}: ${seed} of ${COMPARISONS}`);
    }
    const wrong = right === 'pass' ? said.fail : said.pass;
    console.log(
      `${title}, ${COMPARISONS} comparisons of ${ROUNDS} rounds, margin 10 %: ` +
        `pass ${said.pass}, fail ${said.fail}, unknown ${said.unknown}; ` +
        (right === 'pass'
          ? `false alarms ${((wrong / COMPARISONS) * 100).toFixed(1)} % (aim <= 5 %)`
          : `told ${((said.fail / COMPARISONS) * 100).toFixed(1)} % (aim >= 90 %), wrongly passed ${wrong}`),
    );
  }
} finally {
  for (const { server } of [old, same, slower]) {
    server.closeAllConnections();
    server.close();
  }
  rmSync(scratch, { recursive: true, force: true });
}
