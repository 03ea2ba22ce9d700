import { describe, expect, test } from 'vitest';
import { newestMatch } from '../../../suites/adapters/mailbox/newest.ts';
import { selectByEquality } from '../../../suites/adapters/records/select.ts';
import { importClient } from '../../../suites/adapters/import-client.ts';
import { PortUnavailable } from '../../../contract/ports/observe.ts';

test('the newest of the exact matches counts', () => {
  const mails = [
    { to: ['A@x.test'], subject: 'Welcome', receivedAt: '2026-11-21T10:00:00Z' },
    { to: ['a@x.test', 'c@x.test'], subject: 'welcome back', receivedAt: '2026-11-21T11:00:00Z' },
    { to: ['ba@x.test'], subject: 'Welcome', receivedAt: '2026-11-21T12:00:00Z' },
  ];
  expect(newestMatch(mails, { to: 'a@x.test', subject: 'WELCOME' })).toBe(mails[1]);
  expect(newestMatch(mails, { to: 'a@x.test', subject: 'invoice' })).toBeNull();
});

describe('a look-up by equality', () => {
  test('quotes names, passes values as parameters, and asks for NULL rightly', () => {
    expect(
      selectByEquality({ from: 'shop.orders', where: { 'we"ird': 'x', gone: null, paid: true }, limit: 3 }),
    ).toEqual({
      text: 'select * from "shop"."orders" where "we""ird" = $1 and "gone" is null and "paid" = $2 limit 3',
      values: ['x', true],
    });
    expect(selectByEquality({ from: 'orders', where: {} }).text).toBe('select * from "orders" limit 10');
  });
  test('refuses what would mean something else', () => {
    expect(() => selectByEquality({ from: 'orders', where: { id: undefined as never } })).toThrow('where.id');
    expect(() => selectByEquality({ from: '', where: {} })).toThrow('not a table');
    expect(() => selectByEquality({ from: 'orders', where: {}, limit: 0 })).toThrow('limit');
    expect(() => selectByEquality({ from: 'a\0b', where: {} })).toThrow('not a table');
  });

  test('is written as MariaDB and MySQL want it', () => {
    expect(selectByEquality({ from: 's.odd`t', where: { a: 1, b: null } }, 'mysql')).toEqual({
      text: 'select * from `s`.`odd``t` where `a` = ? and `b` is null limit 10',
      values: ['1'],
    });
  });
});

test('a client that is not installed says what to install', async () => {
  const error = await importClient('mailbox', 'imapflow', () => Promise.reject(new Error('not found'))).catch(
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(PortUnavailable);
  expect((error as PortUnavailable).remedy).toMatch(/^npm install --save-dev imapflow@\d/);
});
