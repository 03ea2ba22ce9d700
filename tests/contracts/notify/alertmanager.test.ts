import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createPost } from '../../../host/post.ts';
import type { OpenChannel } from '../../../notify/channel-kind.ts';
import { openChannel } from '../../../notify/channels/index.ts';
import { notice } from '../../notify/notice.ts';
import { startAlertmanager } from '../metrics/alertmanager-server.ts';
import { prometheusMissing } from '../metrics/prometheus-server.ts';

const missing = prometheusMissing('prometheus-alertmanager');
if (missing !== undefined) console.warn(`\nSKIPPED: what Alertmanager is told: ${missing}\n`);

interface Alert {
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly endsAt: string;
  readonly generatorURL?: string;
}

describe.skipIf(missing !== undefined)('a real Alertmanager', () => {
  let alertmanager: Awaited<ReturnType<typeof startAlertmanager>>;
  let channel: OpenChannel;
  beforeAll(async () => {
    alertmanager = await startAlertmanager({
      route: { receiver: 'nobody' },
      receivers: [{ name: 'nobody' }],
    });
    channel = await openChannel(
      { adapter: 'alertmanager', url: alertmanager.url, headers: {}, labels: { team: 'checkout' } },
      {
        post: createPost(),
        read: (value) => (typeof value === 'string' ? value : value.secret),
        now: () => new Date(),
      },
    );
  });
  afterAll(() => alertmanager.close());

  const firing = async (): Promise<readonly Alert[]> =>
    (await (await fetch(`${alertmanager.url}/api/v2/alerts?active=true`)).json()) as Alert[];
  const levels = async (): Promise<readonly (string | undefined)[]> =>
    (await firing())
      .map(({ labels }) => `${labels['check']} ${labels['level']} ${labels['severity']}`)
      .sort();

  test('has an incident from its opening to its end, at one level at a time, however often it is told', async () => {
    const opened = notice({ level: 'P3' });
    await channel.send(opened);
    await channel.send(opened);
    const other = notice({ about: 'home-answers', level: 'P2', what: 'opened' });
    await channel.remind?.([opened, other]);
    expect(await levels()).toEqual(['checkout-works P3 warning', 'home-answers P2 critical']);
    const [first] = await firing();
    expect(first?.labels['team']).toBe('checkout');
    expect(first?.annotations).toMatchObject({
      owner: 'Ada',
      next_step: 'Call Ada.',
      runbook_url: 'https://wiki.example.com/checkout',
    });
    // A scheduler that stands still for some hours does not make it look resolved.
    expect(Date.parse(first?.endsAt ?? '') - Date.now()).toBeGreaterThan(12 * 3600_000);
    await channel.send(notice({ level: 'P1', what: 'raised' }));
    expect(await levels()).toEqual(['checkout-works P1 critical', 'home-answers P2 critical']);
    await channel.send(notice({ level: 'P1', what: 'resolved' }));
    await channel.send(notice({ level: 'P1', what: 'resolved' }));
    expect(await levels()).toEqual(['home-answers P2 critical']);
  });

  test('refuses nothing of what a target may say', async () => {
    const odd = notice({
      about: 'x"\\\n{}',
      target: 'ä\u0000 shop',
      summary: `\u001b[31m"${'y'.repeat(9000)}`,
    });
    await channel.send(odd);
    await channel.send({ ...odd, what: 'resolved' });
  });
});
