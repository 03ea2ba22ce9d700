import { z } from 'zod';
import { equal, flow } from '../../../contract/index.ts';

/** A flow whose second step needs what the first one captured. */
export function twoSteps() {
  return flow('two-steps', { title: 'Two steps' })
    .given((ctx) => ({ name: ctx.unique() }))
    .request('make', {
      request: (ctx) => ({ method: 'POST', path: '/things', json: { name: ctx.captured.name } }),
      response: z.object({ id: z.number() }),
      capture: ({ body }) => ({ id: body.id }),
    })
    .request('read', {
      request: (ctx) => ({ method: 'GET', path: `/things/${ctx.captured.id}` }),
      response: z.object({ list: z.array(z.string()) }),
      expect: ({ body }) => [equal('length', body.list.length, 1)],
    });
}
