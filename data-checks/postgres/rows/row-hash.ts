import type { Form } from './canonical.ts';

/** A value to hash: its agreed form and the expression that makes it. */
export interface HashInput {
  readonly form: Form;
  readonly sql: string;
  /** SQL that is true exactly where the value is NULL; undefined where it never is. */
  readonly absent: string | undefined;
}

/** How hashes are made: in the server's own extended hash functions, or in sha256 where those disagree. */
export type HashWay = 'chain' | 'portable';

/** Start values of the independent hashes; a key is never hashed like the row that it begins. */
export const SEEDS = { row: 8413, second: 5237, key: 1597 } as const;

/** Nested calls of one chain; longer rows are hashed in several chains, so that no expression grows too deep. */
const CHAIN_LENGTH = 100;
const FLAGS_PER_WORD = 30;

/**
 * The SQL of a 64-bit hash of some values, in order, for a server of this version (`server_version_num`); the same
 * values give the same hash on all of them. The server's hash functions take a seed, and each value's hash is the seed
 * of the next, so neither a separator nor an encoding of lengths is needed. What those functions would not see:
 *
 * - NULL: a NULL argument would swallow the whole chain, so values are replaced and the NULLs are hashed as flags, first.
 * - `hashint8extended` folds both halves of a value before it seeds. The value is mixed into the seed too.
 * - Time stamps are hashed like int8: folded. The upper half follows as a value of its own.
 * - `hash_numeric_extended` leaves out the sign and trailing zeros, and gives back the seed for NaN and nearly so for
 *   zero. The sign and the place in the row are mixed into the seed; the zeros are the column's (see `exact`).
 * - `hashfloat8extended` gives zero's seed back unchanged, and does not tell -0 from 0. The place in the row is mixed
 *   into the seed, and the text of a zero too.
 */
export function rowHash(inputs: readonly HashInput[], seed: number, way: HashWay, version: number): string {
  if (inputs.length === 0) throw new Error('a row hash needs at least one value');
  return way === 'portable' ? portableHash(inputs, seed) : chainHash(inputs, seed, version);
}

function chainHash(inputs: readonly HashInput[], seed: number, version: number): string {
  const parts: string[] = [];
  for (let from = 0; from < inputs.length; from += CHAIN_LENGTH) {
    const slice = inputs.slice(from, from + CHAIN_LENGTH);
    const start = flagWords(slice).reduce(
      (h, word) => `hashint4extended(${word}, ${h})`,
      `${seed + from}::int8`,
    );
    parts.push(slice.reduce((h, input, index) => step(input, h, from + index, version), start));
  }
  // As text, because hashint8extended would fold 64 bits to 32.
  const whole = parts.reduce((before, part) => `hashtextextended((${part})::text collate "C", ${before})`);
  // A numeric's hash is XORed with its weight, and a zero passes that on: two rows could cancel each other in the sum.
  return inputs.some(({ form }) => form === 'numeric' || form === 'float8')
    ? `hashint4extended(0, ${whole})`
    : whole;
}

/** One bit for each value that may be NULL. Rows without any are known by one chain of tests, without arithmetic. */
function flagWords(inputs: readonly HashInput[]): string[] {
  const absent = inputs.flatMap((input) => (input.absent === undefined ? [] : [`(${input.absent})`]));
  const words: string[] = [];
  for (let from = 0; from < absent.length; from += FLAGS_PER_WORD) {
    const slice = absent.slice(from, from + FLAGS_PER_WORD);
    const bits = slice.map((bit, place) => `case when ${bit} then ${2 ** place} else 0 end`);
    words.push(`(case when ${slice.join(' or ')} then ${bits.join(' + ')} else 0 end)`);
  }
  return words;
}

const ZEROS: Record<Form, string> = {
  int4: '0',
  int8: '0',
  bool: 'false',
  float8: '0',
  numeric: '0',
  timestamp: `'2000-01-01'::timestamp`,
  timestamptz: `'2000-01-01'::timestamptz`,
  uuid: `'00000000-0000-0000-0000-000000000000'::uuid`,
  bytea: `''::bytea`,
  bpchar: `''::bpchar`,
  text: `''`,
};

function step(input: HashInput, h: string, place: number, version: number): string {
  const v = input.absent === undefined ? input.sql : `coalesce(${input.sql}, ${ZEROS[input.form]})`;
  switch (input.form) {
    case 'int4':
      return `hashint4extended(${v}, ${h})`;
    case 'bool':
      return `hashint4extended((${v})::int, ${h})`;
    case 'int8':
      return `hashint8extended(${v}, ${v} # ${h})`;
    case 'float8':
      return `hashfloat8extended(${v}, ${h} # (case when ${v} <> 0 then ${mark(place)} else hashtextextended((${v})::text collate "C", ${mark(place)}) end))`;
    case 'numeric':
      return `hash_numeric_extended(${v}, ${h} # (case when ${v} > 0 then ${mark(place)} when ${v} < 0 then ${mark(place, 1)} else ${mark(place, 2)} end))`;
    case 'timestamp':
    case 'timestamptz': {
      const whole = momentHash(input.form, v, h, version);
      return momentHash(input.form, upperHalf(v, input.form), whole, version);
    }
    case 'uuid':
      return `uuid_hash_extended(${v}, ${h})`;
    case 'bytea':
      return `hashtextextended(encode(${v}, 'hex') collate "C", ${h})`;
    case 'bpchar':
      return `hashbpcharextended((${v}) collate "C", ${h})`;
    case 'text':
      return `hashtextextended((${v}) collate "C", ${h})`;
  }
}

const NATIVE_TIMESTAMPTZ = 180000;

/** What PostgreSQL 18 does with a moment itself, older ones do with the same moment in UTC. */
function momentHash(form: Form, moment: string, seed: string, version: number): string {
  if (form === 'timestamptz' && version >= NATIVE_TIMESTAMPTZ) {
    return `timestamptz_hash_extended(${moment}, ${seed})`;
  }
  const plain = form === 'timestamptz' ? `((${moment}) at time zone 'UTC')` : moment;
  return `timestamp_hash_extended(${plain}, ${seed})`;
}

/**
 * Which 2^32 microseconds a time stamp lies in, as a time stamp whose own fold nothing else has: folds of such
 * multiples are the same before and after 2000, so those before are moved. Together with the fold of the value it
 * stands for one value only. `date_part('epoch', ...)` would do too, at six times the cost.
 */
function upperHalf(v: string, form: Form): string {
  const constant = (text: string): string => `'${text}'::${form}`;
  const multiple = `date_bin('4294.967296 s', ${v}, ${constant('2000-01-01 00:00:00+00')})`;
  return `(case when ${v} >= ${constant('2000-01-01 00:00:00+00')} then ${multiple}
    when ${v} >= ${constant('4714-11-24 00:53:22.37568+00 BC')} then ${multiple} + interval '3221.225472 s'
    when ${v} > ${constant('-infinity')} then ${constant('2000-01-01 01:02:38.096384+00')}
    else ${constant('-infinity')} end)`;
}

/** A constant for each place in the row and each case there, far apart in all bits. */
function mark(place: number, of = 0): string {
  const value = BigInt.asIntN(64, (BigInt(place * 4 + of) + 1n) * 0x9e3779b97f4a7c15n);
  return `('${value}'::int8)`;
}

/**
 * The same, in functions that every server has: 64 bits of the sha256 of a text in which each value is preceded by its
 * length, and NULL by a dash.
 */
function portableHash(inputs: readonly HashInput[], seed: number): string {
  const parts = inputs.map((input) => {
    const text = portableText(input);
    // Not the server's own bytes: servers with other encodings write the same text in others.
    const told = `octet_length(convert_to(${text}, 'UTF8'))::text || ':' || (${text})`;
    return input.absent === undefined ? `(${told})` : `coalesce(${told}, '-')`;
  });
  // concat() takes 100 arguments; the operator takes any number.
  const whole = `'${seed};' || ${parts.join(` || `)}`;
  return `('x' || left(encode(sha256(convert_to((${whole}) collate "C", 'UTF8')), 'hex'), 16))::bit(64)::int8`;
}

function portableText(input: HashInput): string {
  if (input.form === 'bool') return `((${input.sql})::int)::text`;
  return input.form === 'bytea' ? `encode(${input.sql}, 'hex')` : `(${input.sql})::text`;
}
