import http from 'node:http';
import type { AddressInfo } from 'node:net';
import type { AttributeValue, DescribeTableOutput, QueryInput, QueryOutput } from '@aws-sdk/client-dynamodb';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { PortUnavailable } from '../../../contract/ports/observe.ts';
import type { RecordsQuery } from '../../../contract/ports/records.ts';
import { openRecords } from '../../../suites/adapters/records/index.ts';

type Item = Readonly<Record<string, AttributeValue>>;

/**
 * A stand-in for DynamoDB with one table and an index, over the wire protocol of the vendor's own client, which signs and
 * decodes. It holds items, reads the expressions that are sent, and gives one item a page.
 */
const KEYS: Readonly<Record<string, readonly string[]>> = {
  '': ['customer', 'number'],
  'by-email': ['email'],
};
let items: Item[] = [];
let trouble: { readonly status: number; readonly type: string } | undefined;
const asked: { readonly target: string; readonly body: QueryInput }[] = [];

const schemaOf = (names: readonly string[]) =>
  names.map((AttributeName, at) => ({ AttributeName, KeyType: at === 0 ? 'HASH' : 'RANGE' }) as const);

function describeTable(): DescribeTableOutput {
  return {
    Table: {
      TableName: 'orders',
      KeySchema: schemaOf(KEYS[''] ?? []),
      GlobalSecondaryIndexes: [{ IndexName: 'by-email', KeySchema: schemaOf(KEYS['by-email'] ?? []) }],
    },
  };
}

function query(input: QueryInput): QueryOutput {
  const names = input.ExpressionAttributeNames ?? {};
  const values = input.ExpressionAttributeValues ?? {};
  const holds = (item: Item, expression: string | undefined): boolean =>
    (expression ?? '').split(' AND ').every((part) => {
      const absent = /attribute_not_exists\((#n\d+)\)/.exec(part);
      if (absent !== null) {
        const value = item[names[absent[1] ?? ''] ?? ''];
        return value === undefined || value.NULL === true;
      }
      const [, name = '', value = ''] = /(#n\d+) = (:v\d+)/.exec(part) ?? [];
      return part === '' || JSON.stringify(item[names[name] ?? '']) === JSON.stringify(values[value]);
    });
  const keyed = items.filter((item) => holds(item, input.KeyConditionExpression));
  const from = Number(input.ExclusiveStartKey?.['at']?.N ?? '0');
  const page = keyed.slice(from, from + 1);
  return {
    Items: page.filter((item) => holds(item, input.FilterExpression)),
    ...(from + 1 < keyed.length && { LastEvaluatedKey: { at: { N: String(from + 1) } } }),
  };
}

let endpoint: string;
const server = http.createServer((request, response) => {
  let text = '';
  request.on('data', (chunk: Buffer) => (text += chunk.toString()));
  request.on('end', () => {
    const target = String(request.headers['x-amz-target']);
    const body = JSON.parse(text) as QueryInput;
    asked.push({ target, body });
    response.setHeader('content-type', 'application/x-amz-json-1.0');
    if (trouble !== undefined) {
      response.statusCode = trouble.status;
      response.end(
        JSON.stringify({ __type: `com.amazonaws.dynamodb.v20120810#${trouble.type}`, message: 'no' }),
      );
    } else response.end(JSON.stringify(target.endsWith('DescribeTable') ? describeTable() : query(body)));
  });
});

beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'stand-in');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'stand-in');
});
afterAll(async () => {
  vi.unstubAllEnvs();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});
afterEach(() => {
  trouble = undefined;
  asked.length = 0;
});

const find = async (asking: Omit<RecordsQuery, 'from'> & { readonly from?: string }) => {
  const port = openRecords({
    old: undefined,
    new: { adapter: 'dynamodb', region: 'eu-central-1', endpoint },
  });
  try {
    return await port.find({ from: 'orders', ...asking });
  } finally {
    await port.close();
  }
};

const order = (number: number, over: Item = {}): Item => ({
  customer: { S: 'ada' },
  number: { N: String(number) },
  email: { S: `${number}@b.test` },
  paid: { BOOL: true },
  ...over,
});

describe('an item of DynamoDB', () => {
  test('is found by its key, in a consistent read, with its values', async () => {
    items = [
      order(1, { total: { N: '12345678901234567890.5' }, tags: { L: [{ S: 'a' }, { NULL: true }] } }),
      order(2),
    ];
    expect(await find({ where: { customer: 'ada', number: 1 } })).toEqual({
      rows: [
        {
          customer: 'ada',
          number: 1,
          email: '1@b.test',
          paid: true,
          total: '12345678901234567890.5',
          tags: ['a', null],
        },
      ],
    });
    expect(asked.at(-1)?.body).toMatchObject({ ConsistentRead: true });
  });

  test('is found among others of its partition, on a later page', async () => {
    items = [order(1, { paid: { BOOL: false } }), order(2, { paid: { BOOL: false } }), order(3)];
    expect(await find({ where: { customer: 'ada', paid: true } })).toMatchObject({ rows: [{ number: 3 }] });
    expect(await find({ where: { customer: 'ada' }, limit: 2 })).toMatchObject({
      rows: [{ number: 1 }, { number: 2 }],
    });
  });

  test('is found by an index', async () => {
    items = [order(1), order(2)];
    expect(await find({ from: 'orders#by-email', where: { email: '2@b.test' } })).toMatchObject({
      rows: [{ number: 2 }],
    });
    expect(asked.at(-1)?.body.IndexName).toBe('by-email');
  });

  test('that is not there is nothing, and so is one with another value, or with one where null is asked', async () => {
    items = [order(1, { note: { S: 'x' } })];
    expect(await find({ where: { customer: 'bob' } })).toBeNull();
    expect(await find({ where: { customer: 'ada', paid: false } })).toBeNull();
    expect(await find({ where: { customer: 'ada', note: null } })).toBeNull();
    items = [order(1)];
    expect(await find({ where: { customer: 'ada', note: null } })).not.toBeNull();
  });
});

describe('what DynamoDB cannot tell is never that there is nothing', () => {
  test.each([
    ['where names no key: nothing is scanned', { where: { email: '1@b.test' } }, /names no customer/],
    ['there is no such index', { from: 'orders#by-name', where: { name: 'x' } }, /no index "by-name"/],
    [
      'a value is lost',
      { where: { customer: 'ada', number: undefined as unknown as number } },
      /number is undefined/,
    ],
  ])('%s', async (_, asking, says) => {
    const refused = await find(asking).catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(PortUnavailable);
    expect((refused as Error).message).toMatch(says);
  });

  test('a partition of too many pages', async () => {
    items = Array.from({ length: 30 }, (_, at) => order(at, { paid: { BOOL: false } }));
    await expect(find({ where: { customer: 'ada', paid: true } })).rejects.toThrow(/more than 10 pages/);
  });

  test.each([
    ['ResourceNotFoundException', 400, /region/],
    ['AccessDeniedException', 400, /dynamodb:Query/],
    ['UnrecognizedClientException', 400, /AWS_PROFILE/],
  ])('%s', async (type, status, hint) => {
    trouble = { status, type };
    const refused = await find({ where: { customer: 'ada' } }).catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(PortUnavailable);
    expect((refused as PortUnavailable).remedy).toMatch(hint);
    expect((refused as Error).message).toContain(type);
  });
});
