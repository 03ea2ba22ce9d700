import { afterEach, expect, test, vi } from 'vitest';
import { PortUnavailable } from '../../../contract/ports/observe.ts';
import { isOwn } from '../../../suites/adapters/mailbox/mailbox-port.ts';
import { removeOwnMails } from '../../../suites/own-mails.ts';
import { identitiesOf, markOf } from '../../../suites/run-scope.ts';

const run = { id: '2026-11-30T04-11-31Z-Ab3', phase: 'post-cutover' } as const;
const mailbox = { adapter: 'greenlight-sink', url: 'http://127.0.0.1:9' } as const;
afterEach(() => vi.restoreAllMocks());

test('the mark is that of every identity of this process, and of no other', () => {
  const mark = markOf(run, 4711);
  for (const retry of [0, 1, 12]) {
    const unique = identitiesOf(run, { testId: 'a', retry, repeatEachIndex: 0 }, 4711);
    expect(isOwn([`${unique()}@shop.test`, `qa+${unique().toUpperCase()}@shop.test`], mark)).toBe(true);
  }
  const other = [
    identitiesOf(run, { testId: 'a', retry: 0, repeatEachIndex: 0 }, 4712),
    identitiesOf(run, { testId: 'a', retry: 0, repeatEachIndex: 0 }, 47110),
    identitiesOf({ ...run, id: 'another' }, { testId: 'a', retry: 0, repeatEachIndex: 0 }, 4711),
    () => `x${mark}0-1`,
    () => 'ann',
  ];
  for (const unique of other) expect(isOwn([`${unique()}@shop.test`], mark)).toBe(false);
  expect(isOwn([`${mark}0-a-1@shop.test`, 'ann@shop.test'], mark)).toBe(false);
  expect(isOwn([], mark)).toBe(false);
});

test('a mailbox that refuses fails nothing, and is named', async () => {
  const said = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
  const close = vi.fn(async () => undefined);
  const refusing = () => ({
    removeMailsTo: () => Promise.reject(new PortUnavailable('mailbox', 'read-only', 'x')),
    close,
  });
  await removeOwnMails({ mailbox }, 'gl-run7-1zr', refusing);
  expect(close).toHaveBeenCalledOnce();
  expect(said).toHaveBeenCalledWith(
    'greenlight: mails to gl-run7-1zr… stay in the mailbox: mailbox: read-only\n',
  );
  // One that cannot even be opened, such as where its password is not set.
  await removeOwnMails({ mailbox }, 'gl-run7-1zr', () => expect.fail('no password'));
  expect(said).toHaveBeenCalledTimes(2);
});

test('nothing is asked of a mailbox that keeps its mails, or of none', async () => {
  const open = () => expect.fail('asked');
  const said = vi.spyOn(process.stderr, 'write');
  await removeOwnMails({ mailbox: { ...mailbox, keepMails: true } }, 'gl-run7-1zr', open);
  await removeOwnMails({}, 'gl-run7-1zr', open);
  expect(said).not.toHaveBeenCalled();
});
