import { readHeaders } from '../../contract/plan/headers.ts';
import { encodeRequest } from '../../contract/flow/http.ts';
import type { WebhookSigner } from '../../contract/ports/webhooks.ts';
import type { Probe } from '../../contract/plan/probe.ts';
import type { Statement } from '../../contract/flow/statement.ts';
import { resolveSecret } from '../../safety/secrets.ts';
import { webhookSigners } from '../adapters/webhooks/index.ts';
import { ask, type Probed, type ProbeTools } from '../probe-finding.ts';
import type { ProbeLook } from './probe-look.ts';

type WebhookProbe = Extract<Probe, { kind: 'webhook' }>;
type Kind = WebhookProbe['deliveries'][number];

export const webhookLook: ProbeLook<WebhookProbe> = {
  // A stale one is sent twice, of different age.
  mostAnswers: ({ deliveries }) => deliveries.length + 1,
  look: (probe, tools) =>
    probeWebhook(probe, resolveSecret(probe.secret), webhookSigners[probe.scheme], tools),
};

/** One delivery, ready to send. */
interface Delivery {
  readonly name: string;
  readonly accepted: boolean;
  readonly body: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** Both schemes accept signatures of up to 300 s; one just beyond that, and one that no tolerance excuses. */
const STALE_AGES_S = [301, 3600] as const;

/**
 * What counts as refusing. Not 404 or 405: a route that is not there refuses everything and checks nothing. Not 5xx: a
 * receiver that crashes has not refused, and the provider would deliver again and again.
 */
const REFUSALS: readonly number[] = [400, 401, 403, 422];

/** Sends forged, stale and (if asked for) valid deliveries to the receiver and compares what it makes of them. */
export async function probeWebhook(
  probe: WebhookProbe,
  secret: string,
  signer: WebhookSigner,
  tools: ProbeTools,
): Promise<Probed> {
  const statements: Statement[] = [];
  let skewS = 0;
  let unanswered = false;
  // The stale ones go last: by then an answer has told us what time it is over there.
  const kinds = [...probe.deliveries].sort((a, b) => Number(a === 'stale') - Number(b === 'stale'));
  for (const kind of kinds) {
    for (const delivery of await prepare(kind, probe.payload, secret, signer, skewS)) {
      const request = encodeRequest(
        {
          method: 'POST',
          path: probe.path,
          endpoint: probe.endpoint,
          headers: {
            ...readHeaders(probe.headers, resolveSecret),
            'content-type': 'application/json',
            ...delivery.headers,
          },
          text: delivery.body,
        },
        tools.urls,
      );
      const asked = await ask(tools, request, delivery.name, probe.budgetMs);
      if ('none' in asked) {
        statements.push(asked.none);
        unanswered = true;
        continue;
      }
      skewS = skewOf(asked.answer.headers['date']) ?? skewS;
      statements.push(judge(delivery, asked.answer.status));
    }
  }
  return {
    statements,
    holds: `The receiver judged ${statements.length} deliveries rightly`,
    ...wrongWords(statements),
    cause: unanswered ? 'no-answer' : 'webhook',
  };
}

async function prepare(
  kind: Kind,
  payload: Readonly<Record<string, unknown>>,
  secret: string,
  signer: WebhookSigner,
  skewS: number,
): Promise<Delivery[]> {
  const body = JSON.stringify(payload);
  const now = Math.floor(Date.now() / 1000);
  switch (kind) {
    case 'valid':
      return [
        { name: 'a valid delivery', accepted: true, body, headers: await signer.sign(body, secret, now) },
      ];
    case 'wrong-secret': {
      const headers = await signer.sign(body, otherSecret(secret), now);
      return [{ name: 'a delivery signed with a wrong secret', accepted: false, body, headers }];
    }
    case 'unsigned':
      return [{ name: 'an unsigned delivery', accepted: false, body, headers: {} }];
    case 'tampered': {
      const headers = await signer.sign(body, secret, now);
      const altered = JSON.stringify({ ...payload, greenlight_tampered: true });
      return [{ name: 'a tampered delivery', accepted: false, body: altered, headers }];
    }
    case 'stale':
      return Promise.all(
        STALE_AGES_S.map(async (age) => ({
          name: `a delivery signed ${age} s ago`,
          accepted: false,
          body,
          // By the receiver's clock if it is behind ours: else the signature is younger there than we claim.
          headers: await signer.sign(body, secret, now + Math.min(0, skewS) - age),
        })),
      );
  }
}

/** A secret of the same form with another key, so that the receiver fails on the signature and not on its format. */
function otherSecret(secret: string): string {
  const [, prefix = '', key = ''] = /^(whsec_)?(.*)$/s.exec(secret) ?? [];
  const turned = [...key].reverse().join('');
  return prefix + (turned === key ? `A${turned.slice(1)}B` : turned);
}

function skewOf(date: string | undefined): number | undefined {
  const there = date === undefined ? Number.NaN : Date.parse(date);
  return Number.isNaN(there) ? undefined : Math.floor(there / 1000) - Math.floor(Date.now() / 1000);
}

function judge(delivery: Delivery, status: number): Statement {
  const ok = delivery.accepted ? status >= 200 && status <= 299 : REFUSALS.includes(status);
  return {
    name: delivery.name,
    ok,
    measured: `answered ${status}`,
    expected: delivery.accepted ? 'answered 2xx' : `refused with ${REFUSALS.join(', ')}`,
  };
}

function wrongWords(statements: readonly Statement[]): { wrong?: string } {
  const wrong = statements.filter((statement) => !statement.ok);
  const first = wrong[0];
  if (!first) return {};
  const more = wrong.length > 1 ? ` (and ${wrong.length - 1} more)` : '';
  return {
    wrong: `The receiver: ${first.name} was ${String(first.measured)}, expected ${String(first.expected)}${more}`,
  };
}
