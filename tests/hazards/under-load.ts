import { answersGo, answersNoGo, answersUnclear, type HazardGroup, ownPlan } from './hazard.ts';

const PROFILE = `id: 'holds-under-load', title: 'It holds under load', engine: 'autocannon', warmupS: 0`;

/** A load on `/load` for a few seconds. */
const requests = (members: string) =>
  ownPlan(`load: { profiles: [{ ${PROFILE}, requests: [{ path: '/load' }], ${members},
    thresholds: { p95Ms: 20_000, errorRate: 0.05 } }] },`);

/**
 * The same by a flow, of whose answers a sample is held against the schema. Half of all requests may fail: of all of them,
 * those of the sample are never so many.
 */
const BY_FLOW = ownPlan(`flows: [flow('stock-is-told', { title: 'The stock is told', check: false })
    .request('ask', { request: () => ({ method: 'GET', path: '/load' }), response: z.object({ stock: z.number() }) })],
  load: { profiles: [{ ${PROFILE}, flow: 'stock-is-told', connections: 5, durationS: 5,
    thresholds: { p95Ms: 20_000, errorRate: 0.5 } }] },`);

/** What a load says of the target. */
export const underLoad: HazardGroup = {
  title: 'A target under load',
  lead: 'Few requests show no pass; a breach that chance does not explain shows a fault, however few they are.',
  hazards: [
    {
      id: 'load-holds',
      title: 'The target holds under load',
      fine: true,
      ...BY_FLOW,
      serve: (at) => (at === '/load' ? { status: 200, body: '{"stock":3}' } : undefined),
      expected: answersGo('blocking checks passed'),
    },
    {
      id: 'load-few-and-all-broken',
      title: 'All of about 50 requests answer 500, and 100 are needed to pass',
      target: 'broken',
      ...requests('connections: 5, durationS: 2'),
      serve: (at) => (at === '/load' ? { status: 500, body: 'broken', delayMs: 200 } : undefined),
      expected: answersNoGo('holds-under-load'),
    },
    {
      id: 'load-few-and-all-right',
      title: 'About 50 requests are answered well, and 100 are needed to pass',
      ...requests('connections: 5, durationS: 2'),
      serve: (at) => (at === '/load' ? { status: 200, body: 'fine', delayMs: 200 } : undefined),
      expected: answersUnclear('holds-under-load'),
    },
    {
      id: 'load-wrong-shape',
      title: 'Everybody gets `{"error":"overloaded"}` with 200, and a sample of the shapes is looked at',
      target: 'broken',
      ...BY_FLOW,
      serve: (at) => (at === '/load' ? { status: 200, body: '{"error":"overloaded"}' } : undefined),
      expected: answersNoGo('wrong shape'),
    },
    {
      id: 'load-rate-limited',
      title: 'The target limits the rate of the load',
      ...requests('connections: 5, durationS: 2'),
      serve: (at, times) =>
        at === '/load' && times > 50
          ? { status: 429, body: 'slow down', headers: { 'retry-after': '1' }, delayMs: 5 }
          : undefined,
      expected: answersUnclear('rate'),
    },
  ],
};
