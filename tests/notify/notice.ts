import type { Notice } from '../../contract/notify/notice.ts';

/** An incident that opened, with what a test wants to be different. */
export function notice(different: Partial<Notice> = {}): Notice {
  const at = new Date().toISOString();
  return {
    key: 'greenlight/shop/check/checkout-works/r7#opened@r7',
    incident: 'greenlight/shop/check/checkout-works/r7',
    what: 'opened',
    level: 'P1',
    kind: 'check',
    target: 'shop',
    about: 'checkout-works',
    headline: 'P1 shop: checkout-works is broken',
    summary: 'A customer can buy: POST /orders answered 500',
    facts: [
      { name: 'Since', value: at },
      { name: 'Owner', value: 'Ada' },
      { name: 'Next step', value: 'Call Ada.' },
    ],
    runbook: 'https://wiki.example.com/checkout',
    report: 'https://ci.example.com/7',
    openedAt: at,
    at,
    ...different,
  };
}
