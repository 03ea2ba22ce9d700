/** The smoke flows: one that writes, one that reads. */
import { z } from 'zod';
import { equal, flow, holds, type Phase } from '../../../contract/index.ts';

const SMOKE: readonly Phase[] = ['preflight', 'post-cutover', 'rollback', 'synthetic'];

const Check = z.object({
  id: z.string(),
  asset: z.string(),
  score: z.number().min(0).max(100),
  violations: z.number().int().nonnegative(),
});

export const assetIsChecked = flow('asset-is-checked', {
  title: 'An asset is checked against the brand guidelines, and the result is kept',
  area: 'compliance',
  phases: SMOKE,
  owner: 'brand team',
})
  .given((ctx) => ({ asset: `greenlight-${ctx.unique()}.svg` }))
  .request('submit', {
    creates: ({ captured }) => ({ kind: 'check', identity: captured.asset }),
    request: ({ captured }) => ({ method: 'POST', path: '/api/checks', json: { asset: captured.asset } }),
    status: 201,
    response: Check,
    expect: ({ body, captured }) => [equal('asset', body.asset, captured.asset)],
    capture: ({ body }) => ({ id: body.id, score: body.score }),
  })
  .request('read-again', {
    request: ({ captured }) => ({ method: 'GET', path: `/api/checks/${captured.id}` }),
    response: Check,
    expect: ({ body, captured }) => [equal('score', body.score, captured.score)],
  });

export const complianceIsReported = flow('compliance-is-reported', {
  title: 'The compliance summary adds up',
  area: 'compliance',
  phases: SMOKE,
  owner: 'brand team',
}).request('summary', {
  request: () => ({ method: 'GET', path: '/api/compliance/summary' }),
  response: z.object({ checked: z.number().int(), compliant: z.number().int(), score: z.number() }),
  expect: ({ body }) => [
    holds('compliant of checked', body.compliant <= body.checked, body.compliant, `at most ${body.checked}`),
    holds('score', body.score >= 0 && body.score <= 100, body.score, '0 to 100'),
  ],
});

/** One that is gone already counts as removed. */
export const removeCheck = (asset: string) =>
  flow('remove-check', { title: 'Remove a synthetic asset check', check: false }).request('remove', {
    request: () => ({ method: 'DELETE', path: `/api/checks/${encodeURIComponent(asset)}` }),
    status: [204, 404],
  });
