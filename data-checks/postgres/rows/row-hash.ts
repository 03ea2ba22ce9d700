import type { Form } from './canonical.ts';

/** A value to hash: its agreed form and the expression that makes it. */
export interface HashInput {
  readonly form: Form;
  readonly sql: string;
  readonly mayBeNull: boolean;
}

/** How hashes are made: in the server's own extended hash functions, or in sha256 where those disagree. */
export type HashWay = 'chain' | 'portable';

/** Start values of the independent hashes; a key is never hashed like the row that it begins. */
export const SEEDS = { row: 8413, second: 5237, key: 1597 } as const;

/** Nested calls of one chain; longer rows are hashed in several chains, so that no expression grows too deep. */
const CHAIN_LENGTH = 100;
const FLAGS_PER_WORD = 30;

/**
 * The SQL of a 64-bit hash of some values, in order. The server's hash functions take a seed, and each value's hash is
 * the seed of the next, so neither a separator nor an encoding of lengths is needed. Four traps are avoided:
 *
 * - NULL: a NULL argument would swallow the whole chain, so values are replaced and the NULLs are hashed as flags, first.
 * - `hashint8extended` folds both halves of a value before it seeds. The value is mixed into the seed too.
 * - `hashfloat8extended` gives zero's seed back unchanged, and does not tell -0 from 0. The place in the row is mixed
 *   into the seed, and the text of a zero too.
 * - Time stamps are hashed like int8: folded. As seconds in a float they are one to one from 1697 to 2242; outside of
 *   that (and for the infinite ones) their text is mixed into the seed.
 */
export function rowHash(inputs: readonly HashInput[], seed: number, way: HashWay): string {
  if (inputs.length === 0) throw new Error('a row hash needs at least one value');
  return way === 'portable' ? portableHash(inputs, seed) : chainHash(inputs, seed);
}

function chainHash(inputs: readonly HashInput[], seed: number): string {
  const parts: string[] = [];
  for (let from = 0; from < inputs.length; from += CHAIN_LENGTH) {
    const slice = inputs.slice(from, from + CHAIN_LENGTH);
    const start = flagWords(slice).reduce(
      (h, word) => `hashint4extended(${word}, ${h})`,
      `${seed + from}::int8`,
    );
    parts.push(slice.reduce((h, input, index) => step(input, h, from + index), start));
  }
  // As text, because hashint8extended would fold 64 bits to 32.
  return parts.reduce((before, part) => `hashtextextended((${part})::text collate "C", ${before})`);
}

/** One bit for each value that may be NULL. */
function flagWords(inputs: readonly HashInput[]): string[] {
  // Asked of the agreed form: `row(null, null) is null` is true although it is not NULL, its text is not.
  const bits = inputs.filter((input) => input.mayBeNull).map((input) => `(${input.sql}) is null`);
  const words: string[] = [];
  for (let from = 0; from < bits.length; from += FLAGS_PER_WORD) {
    const slice = bits.slice(from, from + FLAGS_PER_WORD);
    words.push(`(${slice.map((bit, place) => `(${bit})::int * ${2 ** place}`).join(' + ')})`);
  }
  return words;
}

const ZEROS: Record<Form, string> = {
  int4: '0',
  int8: '0',
  bool: 'false',
  float8: '0',
  timestamp: `'2000-01-01'::timestamp`,
  timestamptz: `'2000-01-01'::timestamptz`,
  uuid: `'00000000-0000-0000-0000-000000000000'::uuid`,
  bytea: `''::bytea`,
  text: `''`,
};

function step(input: HashInput, h: string, place: number): string {
  const v = input.mayBeNull ? `coalesce(${input.sql}, ${ZEROS[input.form]})` : input.sql;
  switch (input.form) {
    case 'int4':
      return `hashint4extended(${v}, ${h})`;
    case 'bool':
      return `hashint4extended((${v})::int, ${h})`;
    case 'int8':
      return `hashint8extended(${v}, ${v} # ${h})`;
    case 'float8':
      return `hashfloat8extended(${v}, ${h} # ${unless(`${v} <> 0`, v, place)})`;
    case 'timestamp':
    case 'timestamptz': {
      const near = `${v} > '1700-01-01'::${input.form} and ${v} < '2240-01-01'::${input.form}`;
      return `hashfloat8extended(date_part('epoch', ${v}), ${h} # ${unless(near, v, place)})`;
    }
    case 'uuid':
      return `uuid_hash_extended(${v}, ${h})`;
    case 'bytea':
      return `hashtextextended(encode(${v}, 'hex') collate "C", ${h})`;
    case 'text':
      return `hashtextextended((${v}) collate "C", ${h})`;
  }
}

/** What is mixed into the seed: a mark of the place, and the text of the few values that the hash can't tell apart. */
function unless(condition: string, value: string, place: number): string {
  const mark = placeMark(place);
  return `(case when ${condition} then ${mark} else hashtextextended((${value})::text collate "C", ${mark}) end)`;
}

/** A constant for each place in the row, far apart in all bits. */
function placeMark(place: number): string {
  const mark = BigInt.asIntN(64, (BigInt(place) + 1n) * 0x9e3779b97f4a7c15n);
  return `('${mark}'::int8)`;
}

/**
 * The same, in functions that every server has: 64 bits of the sha256 of a text in which each value is preceded by its
 * length, and NULL by a dash.
 */
function portableHash(inputs: readonly HashInput[], seed: number): string {
  const parts = inputs.map((input) => {
    const text = portableText(input);
    const told = `octet_length(${text})::text || ':' || (${text})`;
    return input.mayBeNull ? `coalesce(${told}, '-')` : `(${told})`;
  });
  // concat() takes 100 arguments; the operator takes any number.
  const whole = `'${seed};' || ${parts.join(` || `)}`;
  return `('x' || left(encode(sha256(convert_to((${whole}) collate "C", 'UTF8')), 'hex'), 16))::bit(64)::int8`;
}

function portableText(input: HashInput): string {
  if (input.form === 'bool') return `((${input.sql})::int)::text`;
  return input.form === 'bytea' ? `encode(${input.sql}, 'hex')` : `(${input.sql})::text`;
}
