import type { ClientBase } from 'pg';
import type { Form } from './canonical.ts';
import { type HashWay, rowHash } from './row-hash.ts';
import type { Side } from './side.ts';

/** Hashes whose answers are known: the same on every supported server and machine, or the chain is not used. */
const HASHES: readonly (readonly [sql: string, answer: string])[] = [
  [`hashint4extended(-7, 8413)`, '6479514091432234649'],
  [`hashint8extended(1700000000001, 1700000000001 # 8413::int8)`, '6270527150724616002'],
  [`hashint8extended(-1700000000001, -1700000000001 # 8413::int8)`, '-2836980488804300998'],
  [`hashfloat8extended(0.1, 8413)`, '-3519738285215490325'],
  [`hashfloat8extended(0, 8413)`, '8413'],
  [`hash_numeric_extended(-1234567.89, 8413)`, '7909849076097526882'],
  [`hash_numeric_extended(0.00, 8413)`, '8412'],
  [`hash_numeric_extended('NaN', 8413)`, '8413'],
  [`hashtextextended('größe' collate "C", 8413)`, '113775961973087367'],
  [`hashtextextended('' collate "C", 8413)`, '-1290490263573979418'],
  [`hashbpcharextended('ab  '::char(5) collate "C", 8413)`, '-4325179156146068792'],
  [`uuid_hash_extended('6f1b1c1e-6d0a-4f0e-9c39-0e8f5a1d2b3c', 8413)`, '515407265999242058'],
];

/** The same for a whole step of the chain, which is not the same SQL on every version. */
const STEPS: readonly (readonly [form: Form, value: string, answer: string])[] = [
  ['timestamp', `'2026-11-20 09:00:00.123456'`, '6794564015126343864'],
  // Here, early releases of 14 to 16 take the multiple of the width before.
  ['timestamp', `'1997-11-15 06:38:56'`, '-5264482431149768425'],
  ['timestamp', `'-infinity'`, '-8912559675206205568'],
  ['timestamptz', `'2026-11-20 09:00:00.123456Z'`, '6794564015126343864'],
  ['timestamptz', `'0044-03-15 10:00:00Z BC'`, '7161011492937928698'],
];

/** Values whose text goes into hashes: the servers must print them alike. */
const TEXTS: readonly string[] = [
  `0.1::float8`,
  `1e-300::float8`,
  `'-0'::float8`,
  `0.3::float4`,
  `123456789012.340::numeric`,
  `'NaN'::numeric`,
  `'0044-03-15 BC'::date`,
  `'2026-11-20 09:00:00.123456+02'::timestamptz`,
  `'24:00:00'::time`,
  `'09:00:00+05:30'::timetz`,
  `'1 mon -3 days 04:05:06.7'::interval`,
  `'30 days'::interval`,
  // No letters beyond ASCII: a database whose encoding lacks them would refuse the whole question.
  `'{"b": [1.0, 1.00, null], "a": "x\\u0041"}'::jsonb`,
  `'{"x" :1}'::json`,
  `'[2:3]={NULL,"NULL"}'::text[]`,
  `'{{1},{2}}'::int[]`,
  `'[1,5)'::int4range`,
  `'(,2026-01-01]'::tsrange`,
  `'10.0.0.1/8'::inet`,
  `'10.0.0.0/8'::cidr`,
  `'08:00:2b:01:02:03'::macaddr`,
  `B'0101'`,
  `'(1.5,-0)'::point`,
  `'12.34'::money`,
  `'a b:2'::tsvector`,
  `row(1, null, '', 'a"b')`,
  `'ab  '::char(5)`,
];

/** What the self-test of two servers found. */
export interface SelfTest {
  readonly way: HashWay;
  /** Why the chain is not used; empty when it is. */
  readonly notes: readonly string[];
}

/**
 * Asks both servers for hashes whose answers are known, before any row is compared.
 * @throws Error when the servers print the same value differently: then no hash of theirs could be compared
 */
export async function selfTest(old: Side, next: Side): Promise<SelfTest> {
  const [oldTexts, newTexts] = await Promise.all([
    answers(old.main.client, TEXTS),
    answers(next.main.client, TEXTS),
  ]);
  const unlike = TEXTS.filter((_, index) => oldTexts[index] !== newTexts[index]);
  if (unlike.length > 0) {
    throw new Error(
      `the servers print the same value differently (${unlike.join(', ')}); their rows can't be compared by hash`,
    );
  }
  const [oldHashes, newHashes] = await Promise.all([hashes(old), hashes(next)]);
  const known = [...HASHES, ...STEPS].map((line) => line[line.length - 1]);
  const wrong = known.filter((answer, index) => oldHashes[index] !== answer || newHashes[index] !== answer);
  return wrong.length === 0
    ? { way: 'chain', notes: [] }
    : {
        way: 'portable',
        notes: [
          `hashed with sha256: the servers' own functions disagree (${wrong.length} of ${known.length})`,
        ],
      };
}

function hashes({ main, version }: Side): Promise<readonly (string | null)[]> {
  const steps = STEPS.map(([form, value]) =>
    rowHash([{ form, sql: `${value}::${form}`, absent: undefined }], 8413, 'chain', version),
  );
  return tried(main.client, [...HASHES.map(([sql]) => sql), ...steps]);
}

async function answers(
  client: ClientBase,
  expressions: readonly string[],
): Promise<readonly (string | null)[]> {
  const list = expressions.map((sql) => `(${sql})::text`).join(', ');
  const { rows } = await client.query<{ values: (string | null)[] }>(`select array[${list}] as values`);
  return rows[0]?.values ?? [];
}

/** A server that lacks a function (a fork, an old version) answers nothing, which is never a known answer. */
async function tried(
  client: ClientBase,
  expressions: readonly string[],
): Promise<readonly (string | null)[]> {
  await client.query('savepoint self_test');
  try {
    return await answers(client, expressions);
  } catch {
    await client.query('rollback to savepoint self_test');
    return [];
  }
}
