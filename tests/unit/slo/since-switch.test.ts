import { afterEach, describe, expect, test } from 'vitest';
import type { z } from 'zod';
import { Slo, type SloLevel } from '../../../contract/slo/slo.ts';
import { evaluateSlo, openMetrics } from '../../../slo/evaluate-slo.ts';
import { sinceSwitch } from '../../../slo/since-switch.ts';
import { type AzureStandIn, startAzure, table } from './azure-stand-in.ts';

type Objective = z.input<typeof Slo>['objectives'][number];

const errors: Objective = {
  id: 'errors-are-few',
  title: 'Errors are few',
  kind: 'error-rate',
  bad: 'AppRequests{AppRoleName="shop",Success="false"}',
  total: 'AppRequests{AppRoleName="shop"}',
  windowS: 3600,
  atMost: { critical: 0.01 },
};
const MINUTE_MS = 60_000;
const ago = (minutes: number): string => new Date(Date.now() - minutes * MINUTE_MS).toISOString();

let azure: AzureStandIn | undefined;
afterEach(async () => {
  await azure?.close();
  azure = undefined;
});

/** 100 requests a minute; so many of them fail in each minute that begins before the switch, and after it. */
async function evaluate(
  switchedAt: string,
  failing: { readonly before: number; readonly after: number },
  objective: Objective,
) {
  azure = await startAzure(({ body: { query } }) => {
    const [from = 0, to = 0] = [...query.matchAll(/datetime\(([^)]+)\)/g)].map(([, at = '']) =>
      Date.parse(at),
    );
    const rows: [string, number][] = [];
    for (let at = from; at < to; at += MINUTE_MS) {
      // The minute of the switch is one of both releases: it counts as one of before.
      const failed = at < Date.parse(switchedAt) ? failing.before : failing.after;
      rows.push([new Date(at).toISOString(), query.includes('Success') ? failed : 100]);
    }
    return table(rows);
  });
  const slo = Slo.parse({
    source: {
      adapter: 'azure-logs',
      workspace: 'b1a2',
      token: { secret: 'AZURE_LOGS_TOKEN' },
      url: azure.url,
    },
    up: 'AppRequests{AppRoleName="shop"}',
    scrapeS: 60,
    objectives: [objective],
  });
  const [only] = slo.objectives;
  if (only === undefined) throw new Error('no objective');
  return evaluateSlo(openMetrics(slo.source, { AZURE_LOGS_TOKEN: 'azure-token-5d20' }), slo, only);
}

describe('a level that begins at the switch', () => {
  test('is not held against the errors of the release before, which an hour is', async () => {
    const switchedAt = ago(12);
    const broken = { before: 5, after: 0 };
    expect(await evaluate(switchedAt, broken, errors)).toMatchObject({ outcome: 'fail' });
    const finding = await evaluate(switchedAt, broken, { ...errors, since: switchedAt });
    expect(finding).toMatchObject({ outcome: 'pass', measured: 0 });
    // Of twelve minutes, the last two are not complete there, and the switch lies in one.
    expect(finding.sampleSize).toBeGreaterThanOrEqual(800);
    expect(finding.sampleSize).toBeLessThanOrEqual(1000);
  });

  test('does not let the requests of the release before hide errors of this one, which an hour does', async () => {
    const switchedAt = ago(8);
    const broken = { before: 0, after: 8 };
    expect(await evaluate(switchedAt, broken, { ...errors, atMost: { critical: 0.02 } })).toMatchObject({
      outcome: 'pass',
    });
    expect(
      await evaluate(switchedAt, broken, { ...errors, atMost: { critical: 0.02 }, since: switchedAt }),
    ).toMatchObject({ outcome: 'fail', cause: 'error-rate', measured: 0.08 });
  });

  test.each([
    ['a moment ago', ago(3), 'too little has been measured since then'],
    ['still to come', '9999-12-31T00:00:00Z', 'has not come yet'],
  ])('says nothing where the switch is %s, and asks nobody', async (_when, since, said) => {
    const finding = await evaluate(since, { before: 0, after: 50 }, { ...errors, since });
    expect(finding).toMatchObject({ outcome: 'unknown', cause: 'gaps', sampleSize: 0 });
    expect(finding.summary).toContain(said);
    expect(finding.remedy).toContain('since');
    expect(azure?.requests).toEqual([]);
  });
});

describe('the window of a level that begins at the switch', () => {
  const NOW = Date.parse('2026-11-20T02:30:40Z');
  const prometheus = { adapter: 'prometheus', url: 'http://127.0.0.1:1' } as const;
  const logs = { adapter: 'azure-logs', workspace: 'b1a2' } as const;

  function windowOf(source: z.input<typeof Slo>['source'], more: Partial<Pick<SloLevel, 'since' | 'forS'>>) {
    const scrapeS = source.adapter === 'prometheus' ? 15 : 60;
    const slo = Slo.parse({ source, up: 'up', scrapeS, objectives: [{ ...errors, windowS: 600, ...more }] });
    const level = sinceSwitch(slo, slo.objectives[0] as SloLevel, NOW);
    return 'outcome' in level ? level.cause : level.windowS;
  }

  test.each([
    ['no switch is named', {}, 600, 600],
    ['it was long ago', { since: '2026-11-20T01:00:00Z' }, 600, 600],
    // Whole minutes there: from 02:24 on, and until 02:28.
    ['it lies in the window', { since: '2026-11-20T02:23:10.500Z' }, 449, 240],
    ['it lies in the window, in another zone', { since: '2026-11-20T03:23:10.500+01:00' }, 449, 240],
    // The first of the windows that `forS` looks at begins at the switch, too.
    ['a breach must last', { since: '2026-11-20T02:14:00Z', forS: 540 }, 460, 300],
    ['a breach could not have lasted yet', { since: '2026-11-20T02:23:10Z', forS: 540 }, 'gaps', 'gaps'],
    ['four scrapes have not passed', { since: '2026-11-20T02:29:41Z' }, 'gaps', 'gaps'],
  ])('where %s', (_case, more, ofScrapes, ofPeriods) => {
    expect([windowOf(prometheus, more), windowOf(logs, more)]).toEqual([ofScrapes, ofPeriods]);
  });
});
