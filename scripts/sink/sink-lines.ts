import type { Arrival } from '../../sink/received.ts';

/** Where a sink was opened, for people. */
export interface SinkAddresses {
  /** `host:port` */
  readonly smtp: string;
  readonly webhooks: string;
  readonly observe: string;
  /** The variable that holds its token, where it has one. */
  readonly tokenEnv: string | undefined;
}

/** The name by which others reach an address that a server listens on. */
export function urlHost(host: string, machine: string): string {
  if (host === '0.0.0.0' || host === '::') return machine;
  return host.includes(':') && !host.startsWith('[') ? `[${host}]` : host;
}

/** What stands on the screen at the start: what to configure where. */
export function planLines({ smtp, webhooks, observe, tokenEnv }: SinkAddresses): string {
  const token = tokenEnv === undefined ? '' : `, token: secret('${tokenEnv}')`;
  const source = `{ adapter: 'greenlight-sink', url: '${observe}'${token} }`;
  return [
    'The sink is open. In the configuration of your system:',
    `  mail (SMTP, no TLS, no login)   ${smtp}`,
    `  webhooks                        ${webhooks}/<any path>`,
    'In greenlight.config:',
    '  target: {',
    `    mailbox: ${source},`,
    `    webhookSink: ${source},`,
    '  }',
    `Its health: ${observe}/healthz. Ctrl-C ends it; what it received is gone then.`,
  ].join('\n');
}

/** One arrival as a line for people. What others sent can neither move the cursor nor begin a line. */
export function arrivalLine(arrival: Arrival): string {
  const time = arrival.at.slice(11, 19);
  switch (arrival.what) {
    case 'mail':
      return plain(
        `${time} mail     to ${arrival.to.join(', ')} from ${arrival.from}: ${arrival.subject} (${arrival.bytes} bytes)`,
      );
    case 'webhook':
      return plain(`${time} webhook  ${arrival.method} ${arrival.path} (${arrival.bytes} bytes)`);
    case 'refused':
      return plain(`${time} refused  ${arrival.kind}: ${arrival.reason}`);
  }
}

function plain(line: string): string {
  return line.replace(/[\p{Cc}\p{Cf}\u2028\u2029]/gu, '?');
}
