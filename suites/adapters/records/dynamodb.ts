import type * as DynamoDb from '@aws-sdk/client-dynamodb';
import type { AttributeValue, DynamoDBClient, QueryCommandInput } from '@aws-sdk/client-dynamodb';
import { PortUnavailable } from '../../../contract/ports/observe.ts';
import type { RecordLookup, RecordsQuery } from '../../../contract/ports/records.ts';
import { importClient } from '../import-client.ts';

/** How a plan names a DynamoDB. */
export interface DynamoDbAddress {
  readonly region?: string | undefined;
  readonly endpoint?: string | undefined;
}

type Sdk = typeof DynamoDb;
type Where = RecordsQuery['where'];

const ANSWER_MS = 5000;
const DEFAULT_LIMIT = 10;
/** What a filter leaves out is read as well: a partition with more pages than these is no look-up. */
const MOST_PAGES = 10;

/**
 * Looks up items in DynamoDB by `Query`, and so by the partition key of the table or, with `table#index`, of an index:
 * nothing is ever scanned. Reads of a table are consistent; an index cannot be read so, and a poll waits for it.
 * Numbers that a JavaScript number does not hold exactly come as text; credentials are those of the environment.
 */
export function dynamoDbLookup(address: DynamoDbAddress): RecordLookup {
  let opened: Promise<{ readonly sdk: Sdk; readonly client: DynamoDBClient }> | undefined;
  const open = async (): Promise<{ readonly sdk: Sdk; readonly client: DynamoDBClient }> => {
    const sdk = await importClient(
      'records',
      '@aws-sdk/client-dynamodb',
      () => import('@aws-sdk/client-dynamodb'),
    );
    return { sdk, client: new sdk.DynamoDBClient({ ...address, maxAttempts: 3 }) };
  };
  const ask = async <T>(
    look: (sdk: Sdk, client: DynamoDBClient, signal: AbortSignal) => Promise<T>,
  ): Promise<T> => {
    const { sdk, client } = await (opened ??= open());
    try {
      return await look(sdk, client, AbortSignal.timeout(ANSWER_MS));
    } catch (error) {
      throw unavailable(error);
    }
  };

  const keysOf = new Map<string, Promise<readonly string[]>>();
  const keys = (from: string): Promise<readonly string[]> => {
    const known =
      keysOf.get(from) ?? ask((sdk, client, abortSignal) => keyNames(sdk, client, from, abortSignal));
    keysOf.set(from, known);
    // A failure may pass; it is asked again then.
    known.catch(() => keysOf.delete(from));
    return known;
  };

  return {
    async find({ from, where, limit = DEFAULT_LIMIT }) {
      const input = queryInput(from, where, await keys(from));
      return ask(async (sdk, client, abortSignal) => {
        const rows: Record<string, unknown>[] = [];
        let ExclusiveStartKey: QueryCommandInput['ExclusiveStartKey'];
        for (let page = 0; page < MOST_PAGES; page++) {
          const answer = await client.send(
            new sdk.QueryCommand({ ...input, ...(ExclusiveStartKey && { ExclusiveStartKey }) }),
            { abortSignal },
          );
          rows.push(...(answer.Items ?? []).map(plainItem));
          ExclusiveStartKey = answer.LastEvaluatedKey;
          if (rows.length >= limit || ExclusiveStartKey === undefined) return { rows: rows.slice(0, limit) };
        }
        // Rows that lie behind them would be taken for none.
        throw misuse(
          `${from} has more than ${MOST_PAGES} pages of items for this key, and ${rows.length} of them match`,
          'name more of the key in where, or an index that has it: table#index',
        );
      });
    },
    // Which tables there are is no right that a role for look-ups needs.
    ready: async () => {
      await ask(async (_sdk, client) => {
        await client.config.credentials();
        if (address.endpoint === undefined) await client.config.region();
      });
    },
    close: async () => {
      const mine = opened;
      opened = undefined;
      await mine?.then(({ client }) => client.destroy()).catch(() => undefined);
    },
  };
}

/** Names of the key, the partition key first. */
async function keyNames(
  sdk: Sdk,
  client: DynamoDBClient,
  from: string,
  abortSignal: AbortSignal,
): Promise<readonly string[]> {
  const { table, index } = tableAndIndex(from);
  const { Table } = await client.send(new sdk.DescribeTableCommand({ TableName: table }), { abortSignal });
  const all = [...(Table?.GlobalSecondaryIndexes ?? []), ...(Table?.LocalSecondaryIndexes ?? [])];
  const of = index === undefined ? Table : all.find(({ IndexName }) => IndexName === index);
  if (of === undefined) {
    const names = all.map(({ IndexName }) => IndexName ?? '').join(', ');
    throw misuse(
      `${table} has no index "${index}"`,
      `use one of its indexes: ${names === '' ? 'it has none' : names}`,
    );
  }
  const schema = of.KeySchema ?? [];
  return ['HASH', 'RANGE'].flatMap((type) =>
    schema.flatMap(({ KeyType, AttributeName }) =>
      KeyType === type && AttributeName ? [AttributeName] : [],
    ),
  );
}

/** @throws PortUnavailable where the partition key is not named, or is null */
function queryInput(from: string, where: Where, keys: readonly string[]): QueryCommandInput {
  const { table, index } = tableAndIndex(from);
  const [partition = ''] = keys;
  if (where[partition] === undefined || where[partition] === null) {
    throw misuse(
      `where names no ${partition}, the partition key of ${from}, and nothing is scanned`,
      `add ${partition} to where, or name an index whose key it has: table#index`,
    );
  }
  const names: Record<string, string> = {};
  const values: Record<string, AttributeValue> = {};
  const conditions = Object.entries(where).map(([name, value], at) => {
    if (value === undefined) throw misuse(`where.${name} is undefined`, 'give a value, or null');
    names[`#n${at}`] = name;
    if (value === null) {
      values[':null'] = { S: 'NULL' };
      return { name, text: `(attribute_not_exists(#n${at}) OR attribute_type(#n${at}, :null))` };
    }
    values[`:v${at}`] = attribute(value);
    return { name, text: `#n${at} = :v${at}` };
  });
  const joined = (isKey: boolean): string =>
    conditions
      .filter(({ name }) => keys.includes(name) === isKey)
      .map(({ text }) => text)
      .join(' AND ');
  const filter = joined(false);
  return {
    TableName: table,
    ...(index === undefined ? { ConsistentRead: true } : { IndexName: index }),
    KeyConditionExpression: joined(true),
    ...(filter !== '' && { FilterExpression: filter }),
    ExpressionAttributeNames: names,
    ExpressionAttributeValues: values,
  };
}

/** `orders#by-email`: names of tables and indexes may hold dots, and no number sign. */
function tableAndIndex(from: string): { readonly table: string; readonly index: string | undefined } {
  const [table = '', index] = from.split('#');
  return { table, index };
}

function attribute(value: string | number | boolean): AttributeValue {
  if (typeof value === 'string') return { S: value };
  return typeof value === 'number' ? { N: String(value) } : { BOOL: value };
}

function plainItem(item: Readonly<Record<string, AttributeValue>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(item).map(([name, value]) => [name, plain(value)]));
}

function plain(value: AttributeValue): unknown {
  if (value.N !== undefined) return exactNumber(value.N);
  if (value.NS !== undefined) return value.NS.map(exactNumber);
  if (value.M !== undefined) return plainItem(value.M);
  if (value.L !== undefined) return value.L.map(plain);
  if (value.B !== undefined) return Buffer.from(value.B).toString('base64');
  if (value.BS !== undefined) return value.BS.map((one) => Buffer.from(one).toString('base64'));
  return value.S ?? value.BOOL ?? value.SS ?? null;
}

/** DynamoDB keeps 38 digits. */
function exactNumber(text: string): number | string {
  const number = Number(text);
  return String(number) === text ? number : text;
}

function misuse(message: string, hint: string): PortUnavailable {
  return new PortUnavailable('records', message, hint);
}

function unavailable(error: unknown): PortUnavailable {
  if (error instanceof PortUnavailable) return error;
  const { name, message } = error instanceof Error ? error : new Error(String(error));
  return new PortUnavailable('records', `DynamoDB could not be asked: ${name}: ${message}`, hintFor(name), {
    cause: error,
  });
}

function hintFor(name: string): string {
  switch (name) {
    case 'ResourceNotFoundException':
      return 'check the name of the table, the region and the account';
    case 'ValidationException':
      return 'check the types of the values in where: a number is no text';
    case 'AccessDeniedException':
      return 'allow dynamodb:DescribeTable and dynamodb:Query on the table and its indexes';
    default:
      return 'see the credentials in the environment (AWS_PROFILE, AWS_ACCESS_KEY_ID, a role) and the region (AWS_REGION, target.records.region)';
  }
}
