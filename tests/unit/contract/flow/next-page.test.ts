import { expect, test } from 'vitest';
import { nextPageOf } from '../../../../contract/flow/next-page.ts';

const list = [{ id: 1 }, { id: 2 }];

test.each<[what: string, body: unknown, path: string, told: boolean]>([
  ['a list alone', list, '$', false],
  ['a list in an object', { data: list }, 'data', false],
  ['a link to the next page', { results: list, next: 'https://x.test/?page=2' }, 'results', true],
  ['no next page', { results: list, next: null, previous: null, count: 2 }, 'results', false],
  ['a cursor', { items: list, nextCursor: 'abc' }, 'items', true],
  ['an empty cursor', { items: list, nextCursor: '' }, 'items', false],
  ['a token', { items: list, nextPageToken: 't' }, 'items', true],
  ['the number of the next page', { items: list, meta: { next_page: 2 } }, 'items', true],
  ['OData', { value: list, '@odata.nextLink': 'https://x.test' }, 'value', true],
  ['has_more', { data: list, has_more: true }, 'data', true],
  ['no more', { data: list, has_more: false }, 'data', false],
  [
    'a page of GraphQL',
    { data: { orders: { nodes: list, pageInfo: { hasNextPage: true } } } },
    'data.orders.nodes',
    true,
  ],
  [
    'the last page of GraphQL',
    { data: { orders: { nodes: list, pageInfo: { hasNextPage: false, endCursor: 'x' } } } },
    'data.orders.nodes',
    false,
  ],
  [
    'links of HAL',
    { _embedded: { orders: list }, _links: { next: { href: '/orders?page=2' } } },
    '_embedded.orders',
    true,
  ],
  ['a total that is larger', { data: list, total: 3 }, 'data', true],
  ['a total that is the same', { data: list, total: 2 }, 'data', false],
  ['a total in meta', { data: list, meta: { pagination: { total_count: 40 } } }, 'data', true],
  ['a page of Spring', { content: list, totalElements: 9, totalPages: 5 }, 'content', true],
  ['Elasticsearch', { hits: { total: { value: 9 }, hits: list } }, 'hits.hits', true],
  ['what is inside of the entries', { data: [{ next: 'x', total: 9 }, { has_more: true }] }, 'data', false],
  ['a total of money', { data: list, total: { amount: 900 } }, 'data', false],
])('%s', (_what, body, path, told) => {
  expect(nextPageOf({ status: 200, headers: {}, body }, path, 2) !== undefined).toBe(told);
});

test.each<[what: string, status: number, headers: Readonly<Record<string, string>>, told: boolean]>([
  ['a link', 200, { link: '<https://x.test/?page=2>; rel="next"' }, true],
  [
    'a link to a page without results',
    200,
    { link: '<https://x.test/?cursor=1>; rel="next"; results="false"' },
    false,
  ],
  ['a link to the page before', 200, { link: '<https://x.test/?page=0>; rel="prev"' }, false],
  ['a part of a range', 206, { 'content-range': '0-1/9' }, true],
  ['a range that is shorter than all', 200, { 'content-range': 'orders 0-1/9' }, true],
  ['a range of all', 200, { 'content-range': '0-1/2' }, false],
  ['a range of which nobody knows', 200, { 'content-range': '0-1/*' }, false],
  ['a total', 200, { 'x-total-count': '9' }, true],
  ['the same total', 200, { 'x-total-count': '2' }, false],
])('%s, in the headers', (_what, status, headers, told) => {
  expect(nextPageOf({ status, headers, body: list }, '$', 2) !== undefined).toBe(told);
});
