import type { LoadOrder } from '../../contract/ports/load-engine.ts';
import { dataRow, walkFlow } from './flow-walk.ts';
import { orderFlows } from './order-flows.ts';

/**
 * Where the first request of every flow of an order would go. Nothing is sent.
 * @returns different origins, such as `https://shop.example.com`
 * @throws Error when a flow cannot make its first request
 */
export function firstOrigins(order: LoadOrder): readonly string[] {
  const { profile, urls, headers, run, secret } = order;
  const origins = orderFlows(profile, order.flow).map((flow) => {
    const first = walkFlow({
      flow,
      urls,
      headers,
      run,
      scope: () => 'before',
      data: dataRow(flow, 0),
      secret,
    }).next();
    if (first === undefined) throw new Error(`the flow "${flow.id}" makes no request`);
    return new URL(first.url).origin;
  });
  return [...new Set(origins)];
}
