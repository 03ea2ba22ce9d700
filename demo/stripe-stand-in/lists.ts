import type Stripe from 'stripe';
import { noSuch } from './api-error.ts';

interface PageParams {
  readonly limit?: number | undefined;
  readonly starting_after?: string | undefined;
  readonly ending_before?: string | undefined;
}

export interface Range {
  readonly gt?: number | undefined;
  readonly gte?: number | undefined;
  readonly lt?: number | undefined;
  readonly lte?: number | undefined;
}

/** One page of a list that is newest first. @throws ApiError when the cursor names no object of it */
export function pageOf<T extends { readonly id: string }>(
  newestFirst: readonly T[],
  params: PageParams,
  url: string,
  kind: string,
): Stripe.ApiList<T> {
  const limit = params.limit ?? 10;
  const cursor = params.starting_after ?? params.ending_before;
  const at = cursor === undefined ? -1 : newestFirst.findIndex((item) => item.id === cursor);
  if (cursor !== undefined && at === -1) {
    throw noSuch(kind, cursor, params.starting_after ? 'starting_after' : 'ending_before');
  }
  const backwards = params.starting_after === undefined && params.ending_before !== undefined;
  const start = backwards ? Math.max(0, at - limit) : at + 1;
  const end = backwards ? at : start + limit;
  return {
    object: 'list',
    data: newestFirst.slice(start, end),
    has_more: backwards ? start > 0 : end < newestFirst.length,
    url,
  };
}

export function within(value: number, range: Range | undefined): boolean {
  if (!range) return true;
  return (
    (range.gt === undefined || value > range.gt) &&
    (range.gte === undefined || value >= range.gte) &&
    (range.lt === undefined || value < range.lt) &&
    (range.lte === undefined || value <= range.lte)
  );
}
