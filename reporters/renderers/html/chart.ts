import type { LoadResult } from '../../../contract/load/load-result.ts';
import { count } from '../words.ts';
import { markup, type Markup } from './markup.ts';

const WIDTH = 720;
const HEIGHT = 150;
const LEFT = 56;
const BOTTOM = 24;
const TOP = 10;
const RIGHT = 10;

/**
 * Requests and errors per second as a drawing. Attributes only: a style attribute would be refused by the page's own
 * content security policy.
 */
export function rateChart(id: string, result: LoadResult): Markup {
  const { buckets } = result;
  if (buckets.length < 2) return markup``;
  const most = Math.max(1, ...buckets.map((bucket) => bucket.requests));
  const last = Math.max(1, ...buckets.map((bucket) => bucket.second));
  const x = (second: number): number => round(LEFT + (second / last) * (WIDTH - LEFT - RIGHT));
  const y = (value: number): number => round(TOP + (1 - value / most) * (HEIGHT - TOP - BOTTOM));
  const line = (value: (bucket: LoadResult['buckets'][number]) => number): string =>
    buckets.map((bucket) => `${x(bucket.second)},${y(value(bucket))}`).join(' ');
  const errors = buckets.reduce((sum, bucket) => sum + bucket.errors, 0);
  const floor = y(0);
  const text = `${count(most)} requests in the busiest of ${count(last + 1)} seconds, ${count(errors)} errors in all.`;
  return markup`<figure>
    <svg class="chart" viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-labelledby="chart-${id}">
      <title id="chart-${id}">Requests per second of ${id}: ${text}</title>
      <path class="axis" d="M${LEFT} ${TOP}V${floor}H${WIDTH - RIGHT}" />
      <text class="label" x="${LEFT - 8}" y="${TOP + 8}" text-anchor="end">${count(most)}/s</text>
      <text class="label" x="${LEFT - 8}" y="${floor}" text-anchor="end">0</text>
      <text class="label" x="${LEFT}" y="${HEIGHT - 6}">0 s</text>
      <text class="label" x="${WIDTH - RIGHT}" y="${HEIGHT - 6}" text-anchor="end">${count(last)} s</text>
      <polyline class="requests" points="${line((bucket) => bucket.requests)}" />
      ${errors > 0 ? markup`<polyline class="errors" points="${line((bucket) => bucket.errors)}" />` : ''}
    </svg>
    <figcaption>
      Requests per second (solid line)${errors > 0 ? ' and errors per second (dashed line)' : ''}. ${text}
    </figcaption>
  </figure>`;
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
