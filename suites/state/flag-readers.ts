import { valueAt } from '../../contract/flow/value-at.ts';
import { shareLowerBound, shareUpperBound } from '../../contract/statistics/binomial.ts';
import { sqlBoolean, sqlNumber } from '../../contract/ports/sql-rows.ts';
import { encodeRequest } from '../../contract/flow/http.ts';
import { readHeaders } from '../../contract/plan/headers.ts';
import type { FlagsSource } from '../../contract/plan/probes/flags.ts';
import type { Target } from '../../contract/plan/target.ts';
import { resolveSecret } from '../../safety/secrets.ts';
import { CannotTell } from '../cannot-tell.ts';
import { ask, type ProbeTools } from '../probe-finding.ts';
import { wrongWords } from '../words.ts';
import { entriesIn, refuseTwice } from './entries-in.ts';
import { booleanIn, numberIn, readAnswer, refuseValue } from './read-document.ts';
import { columnOf, readAllRows, withDatabase } from './read-rows.ts';

/** What is known of one flag. */
export interface FlagState {
  /** Undefined where it is on for some and off for others. */
  readonly on: boolean | undefined;
  /** The percentages to which it may be rolled out, by what was seen; undefined where nobody says. */
  readonly percent: { readonly from: number; readonly to: number } | undefined;
}

/** What reading flags needs. */
export interface FlagSurroundings {
  readonly target: Target;
  readonly tools: ProbeTools;
  readonly budgetMs: number;
}

type Of<A extends FlagsSource['adapter']> = Extract<FlagsSource, { adapter: A }>;

/**
 * The state of each flag that is there.
 * @param names of the flags that are wanted
 * @throws CannotTell
 */
export function readFlags(
  source: FlagsSource,
  names: readonly string[],
  around: FlagSurroundings,
): Promise<ReadonlyMap<string, FlagState>> {
  switch (source.adapter) {
    case 'sql':
      return readBySql(source, names, around);
    case 'http':
      return readByHttp(source, names, around);
    case 'ofrep':
      return readByOfrep(source, names, around);
  }
}

async function readBySql(
  { database, sql }: Of<'sql'>,
  names: readonly string[],
  { target, budgetMs }: FlagSurroundings,
): Promise<ReadonlyMap<string, FlagState>> {
  const { rows } = await withDatabase(target, database, budgetMs, (port) => readAllRows(port, { text: sql }));
  const states = rows.map(
    (row) =>
      [
        columnOf(row, 'flag', (value) => value ?? undefined, 'name'),
        {
          on: columnOf(row, 'enabled', sqlBoolean, 'truth value'),
          percent: exactly('percent' in row ? columnOf(row, 'percent', sqlNumber, 'number') : undefined),
        },
      ] as const,
  );
  refuseTwice(
    states.map(([name]) => name),
    names,
  );
  return new Map(states);
}

async function readByHttp(
  source: Of<'http'>,
  names: readonly string[],
  { tools, budgetMs }: FlagSurroundings,
): Promise<ReadonlyMap<string, FlagState>> {
  const entries = entriesIn(await readAnswer(source, tools, budgetMs), source.flags, source.name, names);
  return new Map(
    [...entries]
      .filter(([name]) => names.includes(name))
      .map(([name, entry]) => {
        const at = (path: string): string => `${name}.${path}`;
        const enabled = valueAt(entry, source.enabled);
        const on = booleanIn(enabled) ?? refuseValue(at(source.enabled), enabled, 'a truth value');
        if (source.percent === undefined) return [name, { on, percent: undefined }];
        const said = valueAt(entry, source.percent);
        const percent = numberIn(said) ?? refuseValue(at(source.percent), said, 'a number');
        return [name, { on, percent: exactly(percent) }];
      }),
  );
}

function exactly(percent: number | undefined): FlagState['percent'] {
  return percent === undefined ? undefined : { from: percent, to: percent };
}

/** By the protocol of openfeature.dev, version 1: `value` of a success; 404 with `FLAG_NOT_FOUND` for a flag that is not there. */
async function readByOfrep(
  { endpoint, headers, context, keys }: Of<'ofrep'>,
  names: readonly string[],
  { tools, budgetMs }: FlagSurroundings,
): Promise<ReadonlyMap<string, FlagState>> {
  const evaluate = async (flag: string, key: number): Promise<boolean | undefined> => {
    const path = `/ofrep/v1/evaluate/flags/${encodeURIComponent(flag)}`;
    const request = encodeRequest(
      {
        method: 'POST',
        path,
        endpoint,
        headers: readHeaders(headers, resolveSecret),
        json: { context: { ...context, targetingKey: `greenlight-${key}` } },
      },
      tools.urls,
    );
    const asked = await ask(tools, request, `evaluation of ${flag}`, budgetMs, (status) => status === 404);
    if ('none' in asked) throw unclear(flag, wrongWords(asked.none));
    const { status, body } = asked.answer;
    const said = typeof body === 'object' && body !== null ? (body as Readonly<Record<string, unknown>>) : {};
    if (status === 404 && said['errorCode'] === 'FLAG_NOT_FOUND') return undefined;
    if (status !== 200)
      throw unclear(
        flag,
        `it answered ${status} ${typeof said['errorCode'] === 'string' ? said['errorCode'] : ''}`.trim(),
      );
    return typeof said['value'] === 'boolean'
      ? said['value']
      : refuseValue('value', said['value'], 'a truth value');
  };
  const states = new Map<string, FlagState>();
  for (const name of names) {
    const values: boolean[] = [];
    for (let key = 1; key <= keys; key += 1) {
      const value = await evaluate(name, key);
      if (value === undefined) break;
      values.push(value);
    }
    if (values.length > 0) states.set(name, fromValues(values));
  }
  return states;
}

/** Between these, a share of so many keys does not tell one percentage from another: once in a thousand it lies outside. */
const CONFIDENCE = 0.9995;

function fromValues(values: readonly boolean[]): FlagState {
  const on = values.filter(Boolean).length;
  return {
    on: on === 0 ? false : on === values.length ? true : undefined,
    percent: {
      from: 100 * shareLowerBound(on, values.length, CONFIDENCE),
      to: 100 * shareUpperBound(on, values.length, CONFIDENCE),
    },
  };
}

function unclear(flag: string, what: string): CannotTell {
  return new CannotTell('flag-unreadable', `the flag "${flag}" could not be evaluated: ${what}`, {
    remedy: 'check that the endpoint speaks OFREP, and give `headers` what lets us in',
  });
}
