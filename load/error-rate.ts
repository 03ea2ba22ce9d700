import { failedIn, type LoadResult } from '../contract/load/load-result.ts';

/** Share of the requests that failed, whatever the reason; NaN without any request, which no limit accepts. */
export function errorRate({ requests, errors }: Pick<LoadResult, 'requests' | 'errors'>): number {
  return requests === 0 ? NaN : failedIn(errors) / requests;
}
