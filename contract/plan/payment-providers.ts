import type { Host } from './loopback.ts';

const PROVIDERS =
  /(^|\.)(stripe\.com|stripe\.network|paypal\.com|squareup\.com|adyen\.com|braintreegateway\.com)$/i;

/** Whether a host belongs to a payment provider: load is made on the target, never on them. */
export function isPaymentProvider(host: Host): boolean {
  return PROVIDERS.test(host.name);
}
