import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import type { Finding } from '../../contract/evidence/finding.ts';
import type { Outcome } from '../../contract/evidence/outcome.ts';
import { parsePlan } from '../../contract/plan/plan.ts';
import { runComparison } from '../../load/compare/run-comparison.ts';
import { loadEngines } from '../../load/engines/index.ts';

/**
 * How often a comparison of old and new is right on this machine: a system against itself, which must hardly ever fail,
 * and against a twin that is 25 % slower, which must be told. All on loopback, with autocannon. What is judged, and how,
 * is what a plan gets that names no more than requests; only how much is measured is chosen for a short bench. Ends
 * with 1 when an aim is missed.
 */
const { values } = parseArgs({
  options: { comparisons: { type: 'string', default: '40' }, rounds: { type: 'string', default: '12' } },
});
const COMPARISONS = Number(values.comparisons);
const ROUNDS = Number(values.rounds);
if (!Number.isInteger(COMPARISONS) || COMPARISONS < 1)
  throw new Error(`--comparisons ${values.comparisons}: give a whole number from 1`);
if (!Number.isInteger(ROUNDS) || ROUNDS < 7)
  throw new Error(`--rounds ${values.rounds}: give a whole number from 7`);
/** Long beside what this machine adds to an answer by chance; 25 % more of it must be more than the floor. */
const BASE_MS = 100;
/** Shares of the comparisons. */
const MOST_FALSE_ALARMS = 0.05;
const LEAST_TOLD = 0.9;

async function serve(delayMs: number): Promise<{ readonly server: Server; readonly url: string }> {
  const server = createServer((_, response) => void setTimeout(() => response.end('{}'), delayMs));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { server, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}

async function once(old: string, fresh: string, seed: number, scratch: string): Promise<Finding> {
  const plan = parsePlan({
    target: { name: 'bench', urls: { app: fresh }, old: { urls: { app: old } } },
    load: {
      comparisons: [
        {
          id: 'compared',
          title: 'Compared',
          engine: 'autocannon',
          requests: [{ path: '/' }],
          // Enough answers for a p95 in every block.
          connections: 60,
          rounds: ROUNDS,
          blockS: 0.5,
          warmupS: 0.5,
          seed,
        },
      ],
    },
  });
  const [comparison] = plan.load.comparisons;
  if (comparison === undefined) throw new Error('the plan has no comparison');
  return runComparison({
    plan,
    comparison,
    engine: loadEngines.autocannon,
    run: `bench${seed}`,
    scratch,
    secret: () => '',
    progress: () => undefined,
    signal: new AbortController().signal,
  });
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
      const { outcome, summary } = await once(old.url, twin.url, seed, scratch);
      said[outcome] += 1;
      if (outcome !== right) console.error(`${title}, seed ${seed}: ${outcome}: ${summary}`);
      if (seed % 10 === 0) console.error(`${title}: ${seed} of ${COMPARISONS}`);
    }
    const percent = (count: number): string => `${((count / COMPARISONS) * 100).toFixed(1)} %`;
    console.log(
      `${title}, ${COMPARISONS} comparisons of ${ROUNDS} rounds, p95, margin 10 %, floor 5 ms: ` +
        `pass ${said.pass}, fail ${said.fail}, unknown ${said.unknown}; ` +
        (right === 'pass'
          ? `false alarms ${percent(said.fail)} (aim <= ${MOST_FALSE_ALARMS * 100} %)`
          : `told ${percent(said.fail)} (aim >= ${LEAST_TOLD * 100} %), wrongly passed ${said.pass} (aim 0)`),
    );
    const reached =
      right === 'pass'
        ? // A rule that answers unknown to everything raises no false alarm either.
          said.fail <= COMPARISONS * MOST_FALSE_ALARMS && said.pass > 0
        : said.fail >= COMPARISONS * LEAST_TOLD && said.pass === 0;
    if (!reached) {
      console.log('this aim is missed');
      process.exitCode = 1;
    }
  }
} finally {
  for (const { server } of [old, same, slower]) {
    server.closeAllConnections();
    server.close();
  }
  rmSync(scratch, { recursive: true, force: true });
}
