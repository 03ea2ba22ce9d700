import { readFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { type Consumer, CONSUMERS, type Does, type Heard } from '../../unit/docs/consumers.ts';
import { type Situation, SITUATIONS, type Situations, startSituations } from '../../unit/docs/situations.ts';
import { TARGET } from '../../unit/gate/verdicts.ts';
import { buildClient, type GoClient, whyNot } from './go-client.ts';

/** The first build compiles a whole controller. */
const BUILD_MS = 20 * 60_000;
const WITHOUT = { argo: whyNot('argo'), flagger: whyNot('flagger') };

let situations: Situations;
beforeAll(async () => {
  situations = await startSituations();
});
afterAll(() => situations.close());

function titleOf(name: string, why: string | undefined): string {
  return why === undefined ? name : `${name}: NOT RUN, ${why}`;
}

/** What the model of the matrix says; its cells are only as good as this comparison. */
function modelled(consumer: Consumer, situation: Situation, heard: Heard): Does {
  return consumer.does(situation === 'gate down' ? 'nothing' : heard);
}

interface Measurement {
  readonly phase: 'Successful' | 'Failed' | 'Inconclusive' | 'Error';
  readonly message: string;
  readonly value: string;
}

describe.skipIf(WITHOUT.argo !== undefined)(
  titleOf('the web provider of Argo Rollouts 1.9.1', WITHOUT.argo),
  () => {
    let client: GoClient;
    let seen: Record<Situation, Measurement>;
    beforeAll(async () => {
      client = await buildClient('argo');
      const questions = SITUATIONS.map((situation) => [situation, metricOf(situation)] as const);
      seen = (await client.ask(Object.fromEntries(questions))) as typeof seen;
    }, BUILD_MS);
    afterAll(() => client.remove());

    /** The very metric of the documentation, sent to whoever answers here. */
    function metricOf(situation: Situation): unknown {
      const page = readFileSync(
        path.join(import.meta.dirname, '../../../docs/deploy/argo-rollouts.md'),
        'utf8',
      );
      const template = parse(/```yaml\n# analysis-template.yaml\n([\s\S]*?)```/.exec(page)?.[1] ?? '') as {
        spec: { metrics: [{ provider: { web: { url: string } } }] };
      };
      const [metric] = template.spec.metrics;
      const { web } = metric.provider;
      const question = new URLSearchParams({ target: TARGET, nonce: situation }).toString();
      web.url = `${situations.whereIs(situation)}${new URL(web.url.replace(/\{\{.*?\}\}/g, 'x')).pathname}?${question}`;
      return metric;
    }

    const MEANS: Record<Measurement['phase'], Does> = {
      Successful: 'passes',
      Failed: 'takes back',
      Inconclusive: 'waits',
      Error: 'asks again',
    };
    test.each(SITUATIONS)('%s', async (situation) => {
      const consumer = CONSUMERS.find(({ name }) => name === 'Argo Rollouts `web`, up to 1.9.1');
      if (consumer === undefined) throw new Error('the matrix has no such row');
      const question = new URLSearchParams({ target: TARGET, nonce: situation }).toString();
      const heard = await hear(situation, `${consumer.route}?${question}`);
      expect(MEANS[seen[situation].phase], seen[situation].message).toBe(
        modelled(consumer, situation, heard),
      );
    });

    test('only GO moves traffic on and only NO_GO takes it back; the measurement says which run and why', () => {
      const phases = SITUATIONS.map((situation) => seen[situation].phase);
      expect(phases).toEqual([
        'Successful',
        'Failed',
        'Inconclusive',
        'Inconclusive',
        'Inconclusive',
        'Inconclusive',
        'Error',
        // The hole of this version, which no answer of the gate can close: it was not the gate that answered.
        'Successful',
      ]);
      expect(JSON.parse(seen.NO_GO.value)).toMatchObject({
        verdict: 'NO_GO',
        run: 'NO_GO',
        reason: expect.stringContaining('order-can-be-paid') as string,
      });
    });
  },
);

describe.skipIf(WITHOUT.flagger !== undefined)(
  titleOf('the webhook client of Flagger 1.44.0', WITHOUT.flagger),
  () => {
    const hooks = CONSUMERS.filter(({ route }) => route.startsWith('/v1/flagger/'));
    let client: GoClient;
    let seen: Record<string, string | null>;
    beforeAll(async () => {
      client = await buildClient('flagger');
      const questions = hooks.flatMap((hook) =>
        SITUATIONS.map((situation) => [`${hook.route} ${situation}`, questionOf(hook, situation)] as const),
      );
      seen = (await client.ask(Object.fromEntries(questions))) as typeof seen;
    }, BUILD_MS);
    afterAll(() => client.remove());

    function questionOf(hook: Consumer, situation: Situation): unknown {
      return {
        canary: { metadata: { name: 'shop', namespace: 'default' } },
        webhook: {
          name: 'greenlight',
          type: path.basename(hook.route),
          url: `${situations.whereIs(situation)}${hook.route}`,
          timeout: '5s',
          metadata: { target: TARGET, nonce: situation },
        },
      };
    }

    describe.each(hooks)('$name', (hook) => {
      test.each(SITUATIONS)('%s', async (situation) => {
        const error = seen[`${hook.route} ${situation}`];
        const yes = { status: 200, body: '' };
        const body = JSON.stringify({ name: 'shop', metadata: { target: TARGET, nonce: situation } });
        const heard = await hear(situation, hook.route, { method: 'POST', body });
        expect(hook.does(error === null ? yes : 'nothing')).toBe(modelled(hook, situation, heard));
        // What people read in the events of a canary that was halted.
        if (error !== null && situation !== 'gate down') expect(error).toMatch(/^[A-Za-z_-]+: .+\n$/);
      });
    });

    test('the reason of a NO_GO reaches the event; a rollback follows from NO_GO alone', () => {
      expect(seen['/v1/flagger/rollout NO_GO']).toContain('order-can-be-paid');
      const back = SITUATIONS.filter((situation) => seen[`/v1/flagger/rollback ${situation}`] === null);
      expect(back).toEqual(['NO_GO', 'proxy answers HTML']);
      const on = SITUATIONS.filter((situation) => seen[`/v1/flagger/rollout ${situation}`] === null);
      expect(on).toEqual(['GO', 'proxy answers HTML']);
    });
  },
);

async function hear(situation: Situation, at: string, init: RequestInit = {}): Promise<Heard> {
  if (situation === 'gate down') return 'nothing';
  const response = await fetch(`${situations.whereIs(situation)}${at}`, init);
  return { status: response.status, body: await response.text() };
}
