import { diffTables } from '../../data-checks/postgres/rows/diff-tables.ts';
import { columnNames, CORPUS, corpusSql } from '../contracts/data-checks/corpus.ts';
import type { TestCluster } from '../postgres-cluster.ts';
import type { Peer } from './peer.ts';

/** The pairs of which each is called equal by some tool in use: names of the corpus. */
const KNOWN_BLIND_SPOTS: readonly string[] = [
  `text: NULL and ''`,
  `text: NULL and '<null>'`,
  `two text: 'p|q', 'r' and 'p', 'q|r'`,
  `two text: 'ab', 'c' and 'a', 'bc'`,
  `text: 'x' and 'x  '`,
  `text: 'x' and ' x'`,
  `text: 'a' and 'A'`,
  `numeric: 1.50 and -1.50`,
  `numeric: 1.0 and 1.00`,
  `numeric(14,2): 123456789012.34 and 123456789012.99`,
  `bigint: 1700000000001 and 1700000000002`,
  `bigint: 5 and 4294967300`,
  `float8: 1e-14 and 2e-14`,
  `float8: 0.1234 and 0.1239`,
  `timestamp: '2026-11-20 09:00:00' and '2026-11-20 09:00:00.000001'`,
  `timestamp: '2026-11-20 09:00:00' and '2026-11-20 10:11:34.967297'`,
  `boolean: NULL and false`,
  `jsonb: '{"a":1}' and '{"a":-1}'`,
  `interval: '1 mon' and '30 days'`,
  `int[]: '{1,2}' and '{{1},{2}}'`,
];

type Told = 'different' | 'EQUAL' | 'refused';

/**
 * Both tools on every pair of the corpus, each in a table of 64 rows. The peer's thresholds are set so low that it
 * compares checksums, as it does in every larger table, and not downloaded rows.
 */
export async function comparePeerOnCorpus(
  peer: Peer,
  clusters: readonly [TestCluster, TestCluster],
): Promise<void> {
  const lost = KNOWN_BLIND_SPOTS.filter((name) => !CORPUS.some((pair) => pair.name === name));
  if (lost.length > 0) throw new Error(`not in the corpus any more: ${lost.join('; ')}`);
  const [old, next] = await Promise.all([
    clusters[0].database('corpus', corpusSql('old', 64)),
    clusters[1].database('corpus', corpusSql('new', 64)),
  ]);
  const tables = CORPUS.map((pair, index) => ({ name: `d${index}`, columns: columnNames(pair) }));
  // Sorting what it found, reladiff fails over NULLs; that is not what is asked here.
  const options = { bisection_factor: 4, bisection_threshold: 16, skip_sort_results: true };
  const answers = await peer.compare({ old, new: next, tables, options });
  if (answers.every(({ outcome }) => outcome === 'refused')) {
    throw new Error(`${peer.title} compared nothing: ${answers[0]?.reason}`);
  }
  const theirs = new Map(
    answers.map((answer) => [answer.name, answer.outcome === 'equal' ? 'EQUAL' : answer.outcome] as const),
  );
  const found = await diffTables({ old, new: next, only: tables.map(({ name }) => `public.${name}`) });
  const ours = new Map(found.tables.map((table) => [table.old, told(table.answer)]));
  const rows = CORPUS.map((pair, index) => ({
    name: pair.name,
    ours: ours.get(`public.d${index}`) ?? 'refused',
    theirs: theirs.get(`d${index}`) ?? 'refused',
  }));
  const known = KNOWN_BLIND_SPOTS.map((name) => rows.find((row) => row.name === name));
  console.log(`\nCorpus: rows that differ, as each tool tells them`);
  show('', 'greenlight', peer.title);
  for (const row of known) if (row !== undefined) show(row.name, row.ours, row.theirs);
  const others = rows.filter((row) => !KNOWN_BLIND_SPOTS.includes(row.name));
  console.log(`\nOf the other ${others.length} pairs, those that are not told different by both:`);
  for (const row of others)
    if (row.ours !== 'different' || row.theirs !== 'different') show(row.name, row.ours, row.theirs);
  console.log('');
  for (const outcome of ['different', 'EQUAL', 'refused'] as const) {
    const count = (which: 'ours' | 'theirs'): string =>
      `${rows.filter((row) => row[which] === outcome).length} of ${rows.length}`;
    show(`told ${outcome}`, count('ours'), count('theirs'));
  }
  const reasons = new Map<string, number>();
  for (const { reason } of answers)
    if (reason !== undefined) reasons.set(reason, (reasons.get(reason) ?? 0) + 1);
  console.log(`\nWhy ${peer.title} refuses:`);
  for (const [reason, count] of [...reasons].sort(([, a], [, b]) => b - a).slice(0, 12))
    console.log(`${String(count).padStart(5)} x ${reason.replaceAll('\n', ' ').slice(0, 140)}`);
  if (rows.some((row) => row.ours === 'EQUAL')) throw new Error('Greenlight called different rows equal');
}

function told(answer: string): Told {
  return answer === 'equal' ? 'EQUAL' : answer === 'different' ? 'different' : 'refused';
}

function show(name: string, ours: string, theirs: string): void {
  const short = name.length > 64 ? `${name.slice(0, 61)}...` : name;
  console.log(`${short.padEnd(66)}${ours.padEnd(14)}${theirs}`);
}
