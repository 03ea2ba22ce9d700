import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { RunRecord } from '../../../../contract/history/run-record.ts';
import {
  decideIncidents,
  IncidentState,
  NOTHING_SEEN,
} from '../../../../contract/notify/decide-incidents.ts';
import type { IncidentRules } from '../../../../contract/notify/watched-checks.ts';
import { checkRecord, runRecord } from '../../../history/run-record.ts';
import { rulesOf, runs, watched } from './rules.ts';

/** `opened 2`: what happened, and in which run. */
function told(records: readonly RunRecord[], rules: IncidentRules = rulesOf()): readonly string[] {
  return decideIncidents(records, rules).transitions.map(({ what, run, incident: { about } }) => {
    const blind = about.is === 'blind' ? `blind (${about.cause}) ` : '';
    return `${blind}${what} ${run.replace(/^default-/, '')}`;
  });
}

describe('two of three failed, two in a row passed', () => {
  test.each([
    ['all is well: silent', 'SSSSSSSSSS', []],
    ['a single failure', 'SSFSSS', []],
    ['FFF: once', 'FFF', ['opened 2']],
    ['broken for a day: once', 'F'.repeat(288), ['opened 2']],
    ['FSFSF', 'FSFSF', ['opened 3']],
    ['FSFSFSS: over after two passes', 'FSFSFSS', ['opened 3', 'resolved 7']],
    ['SSFFSSFF: twice', 'SSFFSSFF', ['opened 4', 'resolved 6', 'opened 8']],
    ['failures too far apart', 'FSSFSSF', []],
    ['a result that nobody could tell is passed over', 'FUF', ['opened 3']],
    ['and resolves nothing', 'FFUUSU', ['opened 2']],
    ['a pass before and after it', 'FFSUS', ['opened 2', 'resolved 5']],
    ['three of them: blind', 'SUUU', ['blind (no-route) opened 4']],
    ['blind for a day: once', `S${'U'.repeat(287)}`, ['blind (no-route) opened 4']],
    ['two of them are not blind', 'SUUSUUS', []],
    ['blind, and seeing again', 'UUUUS', ['blind (no-route) opened 3', 'blind (no-route) resolved 5']],
    ['a check that did not come to its turn is unknown', 'NNN', ['blind (not-run) opened 3']],
    ['blind while it is broken: both stand', 'FFUUU', ['opened 2', 'blind (no-route) opened 5']],
    ['starts that found another run at work count as nothing', 'FOOF', ['opened 4']],
    ['a scheduler that stood still for two hours: before and after are not one', `F${'-'.repeat(24)}F`, []],
    ['it stood still while it was broken', `FF${'-'.repeat(24)}S`, ['opened 2']],
    ['and was well when it came back', `FF${'-'.repeat(24)}SS`, ['opened 2', 'resolved 28']],
    ['and passed twice, two hours apart', `FFS${'-'.repeat(24)}S`, ['opened 2', 'resolved 28']],
  ])('%s', (_name, letters, expected) => {
    expect(told(runs(letters))).toEqual(expected);
  });

  test('the cause of blindness changes from run to run: one incident', () => {
    const records = runs('UUUUUUS').map((record, index) => ({
      ...record,
      checks: record.checks.map((check) => ({
        ...check,
        cause: index % 2 === 0 ? 'no-route' : 'credentials',
      })),
    }));
    expect(told(records)).toEqual(['blind (no-route) opened 3', 'blind (no-route) resolved 7']);
  });

  test.each([
    ['a fault of ours', [{ cause: 'clean-up', reason: 'two orders stayed', checks: [] }], 'clean-up'],
    ['nothing to look at', [], 'inconclusive'],
  ])('runs that are INCONCLUSIVE though no check says so, by %s: blind', (_name, blind, cause) => {
    const records = runs('SSSSS').map((record, index) =>
      index === 4 ? record : { ...record, decision: 'INCONCLUSIVE' as const, reason: 'why', blind },
    );
    expect(told(records)).toEqual([`blind (${cause}) opened 3`, `blind (${cause}) resolved 5`]);
    const [opened] = decideIncidents(records, rulesOf()).transitions;
    expect(opened?.summary).toBe(blind[0]?.reason ?? 'why');
    // Two in a row are not enough, and where a check says so it is that check's.
    expect(told(records.slice(2))).toEqual([]);
    const said = runs('UUU').map((record) => ({ ...record, decision: 'INCONCLUSIVE' as const, blind }));
    expect(told(said)).toEqual(['blind (no-route) opened 3']);
  });

  test('an accepted failure opens nothing', () => {
    const records = runs('FFFF').map((record) => ({
      ...record,
      checks: record.checks.map((check) => ({ ...check, waived: true as const })),
    }));
    expect(told(records)).toEqual([]);
  });

  test('a check that the plan no longer has is not broken for ever', () => {
    const [first, second, third] = runs('FFF') as [RunRecord, RunRecord, RunRecord];
    const { state } = decideIncidents([first, second], rulesOf());
    const { transitions } = decideIncidents([third], rulesOf({ checks: [watched({ id: 'other' })] }), state);
    expect(transitions.map(({ what, summary }) => [what, summary])).toEqual([
      ['resolved', 'the plan no longer looks at it'],
    ]);
  });

  test('a check that comes back into the plan begins anew', () => {
    const [first, second, third, fourth, fifth] = runs('FFSSS') as [
      RunRecord,
      RunRecord,
      RunRecord,
      RunRecord,
      RunRecord,
    ];
    const broken = decideIncidents([first, second], rulesOf()).state;
    const without = decideIncidents([third], rulesOf({ checks: [watched({ id: 'other' })] }), broken).state;
    expect(decideIncidents([fourth, fifth], rulesOf(), without).transitions).toEqual([]);
  });

  test('a run of another target counts as nothing', () => {
    expect(told(runs('FFF').map((record) => ({ ...record, target: 'staging' })))).toEqual([]);
  });
});

test('what is told holds what was measured, of which release, since when, and where to read on', () => {
  const records = runs('SFF').map((record) => ({
    ...record,
    report: 'https://ci.example.com/42',
    checks: record.checks.map((check) => ({ ...check, measured: 0.07, threshold: '<= 0.01', unit: 'share' })),
  }));
  const [opened] = decideIncidents(records, rulesOf()).transitions;
  expect(opened).toMatchObject({
    key: 'greenlight/shop/check/checkout-works/default-3#opened@default-3',
    summary: 'it is fail',
    measured: 0.07,
    threshold: '<= 0.01',
    release: '2026.11.2',
    report: 'https://ci.example.com/42',
    incident: {
      id: 'greenlight/shop/check/checkout-works/default-3',
      since: '2026-11-30T10:05:08.000Z',
      openedAt: '2026-11-30T10:10:08.000Z',
      level: 'P1',
    },
  });
});

test('an incident that gets worse by what is measured is told again, and never down', () => {
  const measuring = (values: readonly number[]): readonly RunRecord[] =>
    runs('F'.repeat(values.length)).map((record, index) => ({
      ...record,
      checks: [checkRecord({ outcome: 'fail', measured: values[index] ?? 0 })],
    }));
  const rules = rulesOf(
    {},
    {
      level: 'P4',
      levels: [
        { above: 0.01, level: 'P3' },
        { above: 0.05, level: 'P2' },
      ],
    },
  );
  const levels = (values: readonly number[]): readonly string[] =>
    decideIncidents(measuring(values), rules).transitions.map(
      ({ what, incident }) => `${what} ${incident.level}`,
    );
  expect(levels([0.005, 0.005, 0.005])).toEqual(['opened P4']);
  expect(levels([0.02, 0.02, 0.06, 0.02, 0.06, 0.005])).toEqual(['opened P3', 'raised P2']);
  expect(levels([0.005, 0.05, 0.050_1])).toEqual(['opened P3', 'raised P2']);
});

describe('from two places', () => {
  const both = rulesOf({ locations: { of: ['fra', 'iad'], broken: 2 } });
  const mixed = (fra: string, iad: string): readonly RunRecord[] => {
    const [one, other] = [runs(fra, { location: 'fra' }), runs(iad, { location: 'iad' })];
    return one.flatMap((record, index) => [record, other[index]].filter((each) => each !== undefined));
  };
  test('broken from one of them only: recorded, not told', () => {
    expect(told(mixed('FFFFFF', 'SSSSSS'), both)).toEqual([]);
  });
  test('broken from both, then from one', () => {
    expect(told(mixed('SFFFSS', 'SSFFFF'), both)).toEqual(['opened iad-4', 'resolved fra-6']);
  });
  test('where one is enough, it is over when none says so', () => {
    const any = rulesOf({ locations: { of: ['fra', 'iad'], broken: 1 } });
    expect(told(mixed('FFSSSS', 'SFFFSS'), any)).toEqual(['opened fra-2', 'resolved iad-6']);
  });
  test('failures of two places are not added up', () => {
    expect(told(mixed('FSSS', 'FSSS'), rulesOf())).toEqual([]);
  });
  test('blind is a matter of each place', () => {
    expect(told(mixed('UUUS', 'SSSS'), both)).toEqual([
      'blind (no-route) opened fra-3',
      'blind (no-route) resolved fra-4',
    ]);
  });
  test('a place that the plan does not name counts for nothing', () => {
    const named = rulesOf({ locations: { of: ['fra'], broken: 1 } });
    expect(told(mixed('SSS', 'FFF'), named)).toEqual([]);
    expect(told(mixed('SSS', 'UUU'), named)).toEqual([]);
  });
});

test.each([
  [300, []],
  [301, ['resolved']],
])('a place that nobody named, and that has not looked for %i runs of another', (count, expected) => {
  const byHand = runs('FF', { location: 'laptop' });
  const { state } = decideIncidents(byHand, rulesOf());
  const { transitions } = decideIncidents(runs('S'.repeat(count)), rulesOf(), state);
  expect(transitions.map(({ what }) => what)).toEqual(expected);
});

describe('maintenance', () => {
  const window = (from: string, to: string, checks?: string[]): IncidentRules =>
    rulesOf({ maintenance: [{ id: 'm', because: 'restart', from, to, ...(checks && { checks }) }] });
  // Runs start at 10:00, 10:05, ... and last for 8 seconds.
  test.each([
    ['covers all failures', 'SFFSS', window('2026-11-30T10:05:00Z', '2026-11-30T10:15:00Z'), []],
    [
      'is over, and it is still broken: counted anew',
      'SFFFFS',
      window('2026-11-30T10:05:00Z', '2026-11-30T10:15:00Z'),
      ['opened 5'],
    ],
    [
      'covers another check',
      'SFFSS',
      window('2026-11-30T10:05:00Z', '2026-11-30T10:15:00Z', ['other']),
      ['opened 3', 'resolved 5'],
    ],
    [
      'ends where a run begins: that run counts',
      'FFFS',
      window('2026-11-30T10:00:00Z', '2026-11-30T10:05:00Z'),
      ['opened 3'],
    ],
    [
      'ends one millisecond later: it does not',
      'FFFS',
      window('2026-11-30T10:00:00Z', '2026-11-30T10:05:00.001Z'),
      [],
    ],
    [
      'begins where a run ends: it does not count',
      'FFSS',
      window('2026-11-30T10:05:08Z', '2026-11-30T10:06:00Z'),
      [],
    ],
    [
      'begins one millisecond later: it counts',
      'FFSS',
      window('2026-11-30T10:05:08.001Z', '2026-11-30T10:06:00Z'),
      ['opened 2', 'resolved 4'],
    ],
    [
      'what was broken before may be seen to be well',
      'FFSSFF',
      window('2026-11-30T10:10:00Z', '2026-11-30T10:40:00Z'),
      ['opened 2', 'resolved 4'],
    ],
    ['blindness is not told either', 'UUUUUS', window('2026-11-30T10:00:00Z', '2026-11-30T10:20:00Z'), []],
  ])('%s', (_name, letters, rules, expected) => {
    expect(told(runs(letters), rules)).toEqual(expected);
  });

  test.each([
    // 2026-11-29 is a Sunday; Berlin is at UTC+1 in winter and UTC+2 in summer.
    ['2026-11-29T02:30:00Z', true],
    ['2026-11-29T01:59:51Z', false],
    ['2026-11-29T01:59:52Z', true], // its end is within
    ['2026-11-29T03:00:00Z', false],
    ['2026-07-05T01:30:00Z', true],
    ['2026-07-05T02:30:00Z', false],
    ['2026-11-30T02:30:00Z', false],
  ])('every Sunday from 03:00 to 04:00 in Berlin: %s', (at, covered) => {
    const rules = rulesOf(
      {
        maintenance: [
          {
            id: 'm',
            because: 'restart',
            weekly: { days: ['sunday'], from: '03:00', to: '04:00' },
            timeZone: 'Europe/Berlin',
          },
        ],
      },
      { open: { failed: 1, of: 1 } },
    );
    expect(told(runs('F', { from: Date.parse(at) }), rules)).toEqual(covered ? [] : ['opened 1']);
  });
});

describe('clocks and repetitions', () => {
  test('a run in which the clock was set from 1970 is looked for in windows at its end, not for every minute since', () => {
    const weekly = { days: ['monday' as const], from: '09:00', to: '11:00' };
    const rules = rulesOf({ maintenance: [{ id: 'm', because: 'restart', weekly }] });
    const set = (letters: string, from?: number): readonly RunRecord[] =>
      runs(letters, { ...(from !== undefined && { from }) }).map((record) => ({
        ...record,
        startedAt: '1970-01-01T00:00:00.000Z',
      }));
    expect(told(set('FF'), rules)).toEqual([]);
    expect(told(set('FF', Date.parse('2026-12-02T10:00:00Z')), rules)).toEqual(['opened 2']);
    const past = { id: 'm', because: 'restart', from: '2026-11-01T00:00:00Z', to: '2026-11-02T00:00:00Z' };
    expect(told(set('FF'), rulesOf({ maintenance: [past] }))).toEqual(['opened 2']);
  });

  test.each([
    ['a run whose clock was a year ahead', 'FFSS', 1, 365],
    ['a run whose clock was a year behind', 'FFSS', 1, -365],
    ['a broken one afterwards', 'SFFS', 1, -365],
  ])('%s neither loses nor repeats', (_name, letters, index, days) => {
    const skewed = runs(letters).map((record, at) =>
      at === index ? { ...record, ...shifted(record, days) } : record,
    );
    const what = told(skewed).map((one) => one.split(' ')[0]);
    expect(what.filter((one) => one === 'opened').length).toBeLessThanOrEqual(1);
    // Once the clock is right again, what is broken for good is told.
    expect(
      told([...skewed, ...runs('--------FFFF').slice(-4)]).filter((one) => one.startsWith('opened')).length,
    ).toBeGreaterThanOrEqual(1);
  });

  function shifted(record: RunRecord, days: number): Pick<RunRecord, 'startedAt' | 'endedAt'> {
    const by = (text: string): string => new Date(Date.parse(text) + days * 86_400_000).toISOString();
    return { startedAt: by(record.startedAt), endedAt: by(record.endedAt) };
  }

  test('a record that comes twice counts once', () => {
    const [one] = runs('F') as [RunRecord];
    expect(told([one, one, one])).toEqual([]);
  });
});

describe('whatever happens', () => {
  const letters = fc
    .array(fc.constantFrom('S', 'F', 'U', 'N', 'O', '-'), { maxLength: 60 })
    .map((all) => all.join(''));

  test('in one piece or in several, through a file: the same is told', () => {
    fc.assert(
      fc.property(letters, fc.array(fc.nat(60), { maxLength: 5 }), (text, cuts) => {
        const records = runs(text);
        const whole = decideIncidents(records, rulesOf());
        const edges = [0, ...cuts.map((cut) => Math.min(cut, records.length)), records.length].sort(
          (a, b) => a - b,
        );
        let state = NOTHING_SEEN;
        const told = edges.slice(1).flatMap((end, index) => {
          const step = decideIncidents(records.slice(edges[index], end), rulesOf(), state);
          state = IncidentState.parse(JSON.parse(JSON.stringify(step.state)));
          return step.transitions;
        });
        expect(told).toEqual(whole.transitions);
        expect(state).toEqual(whole.state);
      }),
    );
  });

  test('every incident opens once and is resolved at most once, no key comes twice, and the state stays small', () => {
    fc.assert(
      fc.property(letters, (text) => {
        const { transitions, state } = decideIncidents(runs(text), rulesOf());
        const keys = transitions.map(({ key }) => key);
        expect(new Set(keys).size).toBe(keys.length);
        const byIncident = new Map(
          transitions.map(({ incident: { id } }) => [
            id,
            transitions.filter(({ incident }) => incident.id === id),
          ]),
        );
        for (const own of byIncident.values()) {
          expect(own.map(({ what }) => what)).toEqual(own.length === 1 ? ['opened'] : ['opened', 'resolved']);
        }
        const open = [...byIncident.values()].filter((own) => own.length === 1).length;
        expect(Object.keys(state.open)).toHaveLength(open);
        expect(state.tracks['default']?.['checkout-works']?.seen.length ?? 0).toBeLessThanOrEqual(3);
      }),
    );
  });

  test('it opens only where two of three known results failed, and is never open after two passes in a row', () => {
    fc.assert(
      fc.property(
        letters.map((text) => text.replaceAll('-', '')),
        (text) => {
          let state = NOTHING_SEEN;
          let known = '';
          for (const [index, record] of runs(text).entries()) {
            const step = decideIncidents([record], rulesOf(), state);
            state = step.state;
            const letter = text[index] ?? '';
            if (letter === 'S' || letter === 'F') known += letter;
            if (
              step.transitions.some(
                ({ what, incident }) => what === 'opened' && incident.about.is === 'check',
              )
            )
              expect([...known.slice(-3)].filter((one) => one === 'F').length).toBeGreaterThanOrEqual(2);
            if (known.endsWith('SS')) expect(state.open['check/checkout-works']).toBeUndefined();
          }
        },
      ),
    );
  });

  test('a fault is told within two runs, and its end within two', () => {
    fc.assert(
      fc.property(fc.nat(30), fc.integer({ min: 2, max: 30 }), fc.nat(30), (before, broken, after) => {
        const text = 'S'.repeat(before) + 'F'.repeat(broken) + 'S'.repeat(after + 2);
        expect(told(runs(text))).toEqual([`opened ${before + 2}`, `resolved ${before + broken + 2}`]);
      }),
    );
  });
});

test('records of a run that looked at some of the checks leave the others as they are', () => {
  const [first, second] = runs('FF') as [RunRecord, RunRecord];
  const between = runRecord({ run: 'hourly', checks: [checkRecord({ id: 'other' })] });
  expect(told([first, between, second])).toEqual(['opened 2']);
});
