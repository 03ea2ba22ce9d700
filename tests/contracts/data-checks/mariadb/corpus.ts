/** Values of one pair of types: what is the same in another guise, and what is not. SQL literals of each side. */
export interface CorpusEntry {
  readonly old: string;
  readonly new: string;
  readonly equal: readonly (readonly [old: string, next: string])[];
  readonly different: readonly (readonly [old: string, next: string])[];
}

const entry = (
  old: string,
  next: string,
  equal: CorpusEntry['equal'],
  different: CorpusEntry['different'],
): CorpusEntry => ({ old, new: next, equal: [...equal, ['null', 'null']], different });

export const MARIADB_CORPUS: readonly CorpusEntry[] = [
  entry(
    'int',
    'integer',
    [
      ['0', '0'],
      ['-2147483648', '-2147483648'],
    ],
    [
      ['0', 'null'],
      ['null', '0'],
      ['1', '-1'],
    ],
  ),
  entry(
    'bigint unsigned',
    'numeric',
    [['18446744073709551615', '18446744073709551615']],
    [
      ['18446744073709551615', '18446744073709551614'],
      ['9007199254740993', '9007199254740992'],
    ],
  ),
  entry(
    'bigint',
    'bigint',
    [['9223372036854775807', '9223372036854775807']],
    [['9007199254740993', '9007199254740992']],
  ),
  entry('int(6) zerofill', 'integer', [['42', '42']], [['42', '420000']]),
  entry(
    'year',
    'smallint',
    [
      ['2024', '2024'],
      ['0', '0'],
    ],
    [['2024', '24']],
  ),
  entry(
    'tinyint(1)',
    'boolean',
    [
      ['0', 'false'],
      ['1', 'true'],
    ],
    [
      ['1', 'false'],
      ['0', 'null'],
      ['2', 'true'],
      ['-1', 'true'],
    ],
  ),
  entry('tinyint(1)', 'smallint', [['1', '1']], [['2', '1']]),
  entry(
    'decimal(12,2)',
    'numeric(12,2)',
    [
      ['1.50', '1.50'],
      ['-0.00', '0'],
    ],
    [
      ['1.50', '1.51'],
      ['100', '-100'],
      ['0', 'null'],
    ],
  ),
  entry(
    'decimal(12,4)',
    'numeric',
    [
      ['1.5000', '1.5'],
      ['100', '100'],
    ],
    [
      ['1.5001', '1.5'],
      ['1', `'NaN'`],
    ],
  ),
  entry(
    'double',
    'double precision',
    [
      ['0.1', '0.1'],
      ['1e300', '1e300'],
      ['-0.0', '0'],
      ['3', '3'],
      ['1e21', '1e21'],
    ],
    [
      ['0.1', '0.10000000000000002'],
      ['1', `'Infinity'`],
    ],
  ),
  entry(
    'float',
    'real',
    [
      ['0.1', '0.1'],
      ['16777216', '16777216'],
      ['123456.789', '123456.789'],
    ],
    [
      ['16777214', '16777215'],
      ['123456.7', '123457'],
    ],
  ),
  entry(
    'datetime',
    'timestamp',
    [[`'2024-02-29 23:59:59'`, `'2024-02-29 23:59:59'`]],
    [
      [`'2024-02-29 23:59:59'`, `'2024-02-29 23:59:59.5'`],
      [`'0000-00-00 00:00:00'`, 'null'],
      [`'2024-01-01'`, `'infinity'`],
    ],
  ),
  entry(
    'datetime(6)',
    'timestamp',
    [
      [`'2024-01-01 10:00:00.120000'`, `'2024-01-01 10:00:00.12'`],
      [`'2024-01-01 10:00:00'`, `'2024-01-01 10:00:00'`],
    ],
    [[`'2024-01-01 10:00:00.000001'`, `'2024-01-01 10:00:00'`]],
  ),
  entry(
    'datetime(3)',
    'timestamptz',
    [[`'2024-01-01 10:00:00.5'`, `'2024-01-01 12:00:00.5+02'`]],
    [[`'2024-01-01 10:00:00'`, `'2024-01-01 10:00:00+02'`]],
  ),
  entry(
    'timestamp null',
    'timestamptz',
    [[`'2024-07-01 10:00:00'`, `'2024-07-01 10:00:00Z'`]],
    [
      [`'2024-07-01 10:00:00'`, `'2024-07-01 11:00:00Z'`],
      [`'0000-00-00 00:00:00'`, 'null'],
    ],
  ),
  entry(
    'timestamp null',
    'timestamp',
    [[`'2024-07-01 10:00:00'`, `'2024-07-01 10:00:00'`]],
    [[`'2024-07-01 10:00:00'`, `'2024-07-01 12:00:00'`]],
  ),
  entry(
    'date',
    'date',
    [[`'2024-02-29'`, `'2024-02-29'`]],
    [
      [`'2024-02-29'`, `'2024-03-01'`],
      [`'0000-00-00'`, 'null'],
      [`'2024-00-00'`, `'2024-01-01'`],
    ],
  ),
  entry(
    'time(3)',
    'time',
    [[`'10:00:00.500'`, `'10:00:00.5'`]],
    [
      [`'10:00:00'`, `'10:00:01'`],
      [`'24:00:01'`, `'00:00:01'`],
    ],
  ),
  entry(
    'time',
    'interval',
    [
      [`'838:59:59'`, `'838 hours 59 minutes 59 seconds'`],
      [`'-01:00:00'`, `'-1 hour'`],
      [`'25:00:00'`, `'1 day 1 hour'`],
    ],
    [[`'01:00:00'`, `'-1 hour'`]],
  ),
  entry(
    'varchar(50)',
    'text',
    [
      [`'Zoë 😀'`, `'Zoë 😀'`],
      [`''`, `''`],
      [`'a '`, `'a '`],
      [`'a''b\\\\c|\\n'`, `E'a''b\\\\c|\\n'`],
    ],
    [
      [`''`, 'null'],
      ['null', `''`],
      [`'a '`, `'a'`],
      [`'a'`, `'A'`],
      [`'é'`, `'e'`],
      [`'null'`, 'null'],
      [`'é'`, `U&'e\\0301'`],
    ],
  ),
  entry('varchar(50) character set latin1', 'text', [[`'Größe'`, `'Größe'`]], [[`'Größe'`, `'GrÃ¶ÃŸe'`]]),
  entry(
    'char(5)',
    'char(5)',
    [
      [`'ab'`, `'ab'`],
      [`'ab   '`, `'ab'`],
    ],
    [[`'ab'`, `'aB'`]],
  ),
  entry('char(5)', 'text', [[`'ab '`, `'ab'`]], [[`'ab'`, `'ab '`]]),
  entry(
    'longtext',
    'varchar',
    [[`repeat('x', 100000)`, `repeat('x', 100000)`]],
    [[`repeat('x', 100000)`, `repeat('x', 99999) || 'y'`]],
  ),
  entry(
    `enum('new','done')`,
    'text',
    [
      [`'new'`, `'new'`],
      [`''`, `''`],
    ],
    [
      [`'new'`, `'done'`],
      [`''`, 'null'],
    ],
  ),
  entry(`enum('new','done')`, 'mood', [[`'new'`, `'new'`]], [[`'new'`, `'done'`]]),
  entry(`set('b','a','c')`, 'text', [[`'a,b'`, `'b,a'`]], [[`'a'`, `'b'`]]),
  entry(
    `set('b','a','c')`,
    'text[]',
    [
      [`'a,b'`, `'{a,b}'`],
      [`''`, `'{}'`],
    ],
    [
      [`'a'`, `'{a,b}'`],
      [`''`, 'null'],
      [`''`, `'{""}'`],
    ],
  ),
  entry(
    'json',
    'jsonb',
    [
      [`'{"b": 1.50, "a": [1, 2]}'`, `'{"a":[1,2],"b":1.5}'`],
      [`'1e2'`, `'100'`],
      [`'"\\\\u00e9"'`, `'"é"'`],
    ],
    [
      [`'{"a": 1}'`, `'{"a": "1"}'`],
      [`'[1,2]'`, `'[2,1]'`],
      [`'{}'`, `'[]'`],
      [`'null'`, 'null'],
      [`'9007199254740993'`, `'9007199254740992'`],
    ],
  ),
  entry('longtext', 'jsonb', [[`'{"a":1, "a":2}'`, `'{"a":2}'`]], [[`'not json'`, `'"not json"'`]]),
  entry(
    'varbinary(20)',
    'bytea',
    [
      [`x'00ff5c27'`, `'\\x00ff5c27'`],
      [`''`, `''`],
    ],
    [
      [`x'00'`, `''`],
      [`x'ff'`, `'\\xfe'`],
      [`''`, 'null'],
    ],
  ),
  entry('blob', 'bytea', [[`x'80'`, `'\\x80'`]], [[`x'80'`, `'\\x8080'`]]),
  entry('binary(4)', 'bytea', [[`x'01'`, `'\\x01000000'`]], [[`x'01'`, `'\\x01'`]]),
  entry(
    'binary(16)',
    'uuid',
    [[`x'a0eebc999c0b4ef8bb6d6bb9bd380a11'`, `'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'`]],
    [[`x'a0eebc999c0b4ef8bb6d6bb9bd380a11'`, `'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a12'`]],
  ),
  entry(
    'char(36)',
    'uuid',
    [[`'A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11'`, `'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'`]],
    [
      [`''`, 'null'],
      [`'A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11'`, `'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a12'`],
    ],
  ),
  entry(
    'uuid',
    'uuid',
    [[`'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'`, `'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'`]],
    [[`'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'`, 'null']],
  ),
  entry(
    'bit(10)',
    'bit(10)',
    [
      [`b'1000000001'`, `B'1000000001'`],
      [`b'1'`, `B'0000000001'`],
    ],
    [[`b'1'`, `B'0000000010'`]],
  ),
  entry(
    'bit(1)',
    'boolean',
    [
      [`b'1'`, 'true'],
      [`b'0'`, 'false'],
    ],
    [
      [`b'1'`, 'false'],
      [`b'0'`, 'null'],
    ],
  ),
  entry('bit(64)', 'numeric', [[`b'${'1'.repeat(64)}'`, '18446744073709551615']], [[`b'1'`, '2']]),
];

/** Pairs of types of which nobody can say when two of their values are the same. */
export const NOT_COMPARABLE: readonly (readonly [old: string, next: string])[] = [
  ['point', 'point'],
  ['inet6', 'inet'],
  ['int', 'text'],
  ['varchar(20)', 'integer'],
  ['double', 'numeric'],
  ['date', 'timestamp'],
  ['datetime', 'date'],
  ['varchar(20)', 'tsvector'],
  ['varchar(20)', 'text[]'],
  ['blob', 'text'],
  ['int', 'boolean'],
];
