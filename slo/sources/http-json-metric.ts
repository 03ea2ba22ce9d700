import { Unavailable } from '../../contract/cannot-tell.ts';
import { nextPageOf } from '../../contract/flow/next-page.ts';
import { keysOfPointer, valueAtKeys } from '../../contract/flow/value-at.ts';
import { shapeOf } from '../../contract/flow/shape-of.ts';
import { withSince } from '../../contract/plan/probes/since.ts';
import type { MetricSource } from '../../contract/slo/metric-source.ts';
import { resolveSecret } from '../../safety/secrets.ts';
import type { MetricReader } from '../metrics/metric-reading.ts';
import { windowByOwnClock } from '../metrics/own-window.ts';
import { askJson } from './ask-json.ts';

/** Asks for a JSON document, and reads the number in it. @throws GreenlightError SECRET_MISSING */
export function openHttpJsonMetric(
  source: Extract<MetricSource, { adapter: 'http-json' }>,
  env: NodeJS.ProcessEnv,
  signal: AbortSignal | undefined,
): MetricReader {
  const headers = Object.fromEntries(
    Object.entries(source.headers).map(([name, value]) => [name, resolveSecret(value, env)]),
  );
  const base = source.url.replace(/\/+$/, '');
  return {
    read: async (question) => {
      const { startS, endS } = windowByOwnClock(question);
      const at = question.text.indexOf('#');
      const path = withSince(question.text.slice(0, at), Math.round(startS * 1000), Math.round(endS * 1000));
      const place = question.text.slice(at + 1);
      const hint = 'see the address and the headers of this source in metrics.sources';
      const { status, body } = await askJson(base + path, headers, hint, signal);
      if (status < 200 || status > 299)
        throw new Unavailable(`${path.split('?', 1)[0] ?? ''} answered ${status}`, hint);
      refusePart(body, place);
      const value = numberIn(body, place);
      if (value === undefined)
        throw new Unavailable(
          `at #${place} is ${String(shapeOf(pointedAt(body, place)))}, expected a number or a list`,
          'correct the place behind #, a JSON pointer such as #/data/0/spent',
        );
      return {
        windowS: endS - startS,
        warnings: [],
        series: [{ name: '', least: value, most: value, samples: 1, coverage: 1, ageS: 0 }],
      };
    },
    knows: () => Promise.resolve({ known: false, by: 'a document without the number' }),
  };
}

/** A number, also one that is written as text; of a list how many entries it has. */
function numberIn(body: unknown, place: string): number | undefined {
  const value = pointedAt(body, place);
  if (Array.isArray(value)) return value.length;
  if (typeof value === 'number') return value;
  return typeof value === 'string' && /^-?\d+(\.\d+)?(e[+-]?\d+)?$/i.test(value) ? Number(value) : undefined;
}

/** @throws Unavailable where a list goes on behind what came of it: its length is no number of all */
function refusePart(body: unknown, place: string): void {
  const list = pointedAt(body, place);
  if (!Array.isArray(list)) return;
  const path = keysOfPointer(place, decoded);
  const more = nextPageOf({ body }, path, list.length);
  if (more === undefined) return;
  throw new Unavailable(
    `the list at #${place} is a page of a longer one: ${more}`,
    'ask for a page that holds all, or name the place of the total',
  );
}

/** What a JSON pointer stands for, as a fragment of an address has it (RFC 6901, section 6). */
function pointedAt(body: unknown, pointer: string): unknown {
  return valueAtKeys(body, keysOfPointer(pointer, decoded));
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text; // A stray % sign: the key itself has it.
  }
}
