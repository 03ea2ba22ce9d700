import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { Probe } from '../../../contract/plan/probe.ts';
import { createHttpApplication } from '../../../safety/http-application.ts';
import { createControl } from '../../../suites/control.ts';
import { probeFinding } from '../../../suites/probe-finding.ts';
import { probeWindow, windowStatements } from '../../../suites/probes/window-probe.ts';
import { listen, type Listening } from './run-flow-on.ts';

type WindowProbe = Extract<Probe, { kind: 'window' }>;

const given = (over: Readonly<Record<string, unknown>>): unknown => ({
  kind: 'window',
  id: 'within-window',
  title: 'x',
  timeZone: 'UTC',
  windows: [{ days: ['tuesday', 'wednesday', 'thursday'], from: '02:00', to: '04:00' }],
  ...over,
});
const planned = (over: Readonly<Record<string, unknown>>): WindowProbe =>
  Probe.parse(given(over)) as WindowProbe;

const isOpen = (probe: WindowProbe, at: string): boolean =>
  windowStatements(probe, Date.parse(at)).every(({ ok }) => ok);

describe('a window of the week', () => {
  test.each([
    ['2026-12-01T01:59:59Z', false],
    ['2026-12-01T02:00:00Z', true],
    ['2026-12-03T03:59:59Z', true],
    ['2026-12-03T04:00:00Z', false],
    ['2026-12-04T03:00:00Z', false],
    ['2026-11-30T03:00:00Z', false],
  ])('%s: %s', (at, open) => expect(isOpen(planned({}), at)).toBe(open));

  test.each([
    ['friday evening', '2026-12-04T22:00:00Z', true],
    ['the night after it', '2026-12-05T01:59:00Z', true],
    ['its end', '2026-12-05T02:00:00Z', false],
    ['friday before dawn, which is the night of thursday', '2026-12-04T01:00:00Z', false],
  ])('over midnight: %s', (_, at, open) =>
    expect(isOpen(planned({ windows: [{ days: ['friday'], from: '22:00', to: '02:00' }] }), at)).toBe(open),
  );

  test('over midnight from the last day of the week to the first, and until midnight', () => {
    const sunday = planned({ windows: [{ days: ['sunday'], from: '23:00', to: '01:00' }] });
    expect([isOpen(sunday, '2026-12-07T00:30:00Z'), isOpen(sunday, '2026-12-06T00:30:00Z')]).toEqual([
      true,
      false,
    ]);
    const late = planned({ windows: [{ days: ['sunday'], from: '23:00', to: '24:00' }] });
    expect([isOpen(late, '2026-12-06T23:59:59Z'), isOpen(late, '2026-12-07T00:00:00Z')]).toEqual([
      true,
      false,
    ]);
  });

  test('one of several is enough', () => {
    const windows = [
      { days: ['monday'], from: '02:00', to: '03:00' },
      { days: ['friday'], from: '05:00', to: '06:00' },
    ];
    expect(isOpen(planned({ windows }), '2026-12-04T05:30:00Z')).toBe(true);
    expect(isOpen(planned({ windows }), '2026-12-04T02:30:00Z')).toBe(false);
  });
});

describe('in a time zone', () => {
  const berlin = (from: string, to: string): WindowProbe =>
    planned({ timeZone: 'Europe/Berlin', windows: [{ days: ['sunday'], from, to }] });

  test('the same hour is another moment in summer', () => {
    expect(isOpen(berlin('02:00', '03:00'), '2026-12-06T01:30:00Z')).toBe(true);
    expect(isOpen(berlin('02:00', '03:00'), '2026-07-05T01:30:00Z')).toBe(false);
    expect(isOpen(berlin('02:00', '03:00'), '2026-07-05T00:30:00Z')).toBe(true);
  });

  test.each([
    [
      'both times when clocks go back',
      '02:00',
      '03:00',
      ['2026-10-25T00:30:00Z', '2026-10-25T01:30:00Z'],
      true,
    ],
    [
      'never when clocks leave it out',
      '02:00',
      '03:00',
      ['2026-03-29T00:59:00Z', '2026-03-29T01:00:00Z'],
      false,
    ],
    [
      'from the end of what is left out',
      '02:30',
      '04:00',
      ['2026-03-29T01:00:00Z', '2026-03-29T01:59:00Z'],
      true,
    ],
  ])('an hour is open %s', (_, from, to, moments, open) => {
    for (const at of moments) expect(isOpen(berlin(from, to), at), at).toBe(open);
  });

  test('the day is that of the time zone', () => {
    const auckland = planned({
      timeZone: 'Pacific/Auckland',
      windows: [{ days: ['tuesday'], from: '02:00', to: '04:00' }],
      freezes: [{ from: '2026-12-08', because: 'holiday' }],
    });
    expect(isOpen(auckland, '2026-11-30T14:00:00Z')).toBe(true);
    expect(isOpen(auckland, '2026-12-07T14:00:00Z')).toBe(false);
  });
});

test('in a freeze nothing may move, its last day included', () => {
  const probe = planned({ freezes: [{ from: '2026-12-01', to: '2026-12-02', because: 'Christmas trade' }] });
  const [freeze, window] = windowStatements(probe, Date.parse('2026-12-02T03:00:00Z'));
  expect(freeze).toMatchObject({ ok: false, measured: '2026-12-02: Christmas trade' });
  expect(window).toMatchObject({ ok: true, measured: 'wednesday 2026-12-02 03:00 UTC' });
  expect(isOpen(probe, '2026-12-03T03:00:00Z')).toBe(true);
});

test.each([
  ['a time zone that nobody knows', { timeZone: 'Europe/Bonn' }],
  ['an hour that no day has', { windows: [{ days: ['monday'], from: '25:00', to: '04:00' }] }],
  ['a window without a length', { windows: [{ days: ['monday'], from: '04:00', to: '04:00' }] }],
  ['a day that does not exist', { freezes: [{ from: '2026-02-30', because: 'x' }] }],
  [
    'a freeze that ends before it begins',
    { freezes: [{ from: '2026-02-03', to: '2026-02-01', because: 'x' }] },
  ],
  ['a phase in which it would demand a roll-back', { phases: ['post-cutover'] }],
])('%s is refused', (_, over) => expect(Probe.safeParse(given(over)).success).toBe(false));

describe('the clock', () => {
  let target: Listening;
  let headers: Readonly<Record<string, string>>;
  beforeAll(async () => {
    target = await listen((_request, response) => {
      for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
      response.end();
    });
  });
  afterAll(() => target.close());
  afterEach(() => void vi.useRealTimers());

  const look = (at: string, control?: string, url = target.url) => {
    vi.useFakeTimers({ toFake: ['Date'], now: Date.parse(at) });
    const tools = {
      application: createHttpApplication(),
      urls: { app: url },
      control: createControl(control),
    };
    return probeFinding('within-window', () => probeWindow(planned({}), tools));
  };
  const says = (date: string, age?: string): void => {
    headers = { date: new Date(date).toUTCString(), ...(age === undefined ? {} : { age }) };
  };

  test('that is right', async () => {
    says('2026-12-01T03:01:00Z');
    expect(await look('2026-12-01T03:00:00Z')).toMatchObject({ outcome: 'pass' });
    says('2026-12-01T05:01:00Z');
    expect(await look('2026-12-01T05:00:00Z')).toMatchObject({ outcome: 'fail', cause: 'outside-window' });
  });

  test('that is far from that of the target, or of the control address', async () => {
    says('2026-12-01T09:00:00Z');
    for (const control of [undefined, target.url]) {
      const finding = await look('2026-12-01T03:00:00Z', control);
      expect(finding).toMatchObject({ outcome: 'unknown', cause: 'own-clock' });
      expect(finding.remedy).toContain('NTP');
    }
  });

  test('beside an answer that a cache has kept for hours', async () => {
    says('2026-12-01T00:00:00Z', '10800');
    expect(await look('2026-12-01T03:00:00Z')).toMatchObject({ outcome: 'pass' });
  });

  test('beside a target that is not there yet', async () => {
    const gone = await listen((_request, response) => response.end());
    await gone.close();
    expect(await look('2026-12-01T03:00:00Z', undefined, gone.url)).toMatchObject({ outcome: 'pass' });
  });
});
