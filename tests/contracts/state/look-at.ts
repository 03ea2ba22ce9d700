import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type Plan, parsePlan } from '../../../contract/plan/plan.ts';
import type { Probe } from '../../../contract/plan/probe.ts';
import { addressesOf } from '../../../contract/plan/addresses.ts';
import { createHttpApplication } from '../../../safety/http-application.ts';
import { type Ledger, openLedger } from '../../../safety/ledger.ts';
import { createControl } from '../../../suites/control.ts';
import { createdData, type CreatedData } from '../../../suites/created-data.ts';
import type { ProbeTools } from '../../../suites/probe-finding.ts';
import { targetApplication } from '../../../suites/target-application.ts';

/** A plan with one probe, as a run has it. */
export function planOf<K extends Probe['kind']>(
  kind: K,
  probe: Readonly<Record<string, unknown>>,
  target: Readonly<Record<string, unknown>>,
  allow: Readonly<Record<string, unknown>> = {},
): { readonly plan: Plan; readonly probe: Extract<Probe, { kind: K }> } {
  const plan = parsePlan({
    target: { name: 'shop', urls: { app: 'http://127.0.0.1:9' }, ...target },
    probes: [{ kind, id: 'the-check', title: 'x', ...probe }],
    allow,
  });
  return { plan, probe: plan.probes[0] as Extract<Probe, { kind: K }> };
}

/** What a probe looks through. */
export function toolsOf({ target }: Plan): ProbeTools {
  return {
    application: targetApplication(createHttpApplication(), target),
    urls: addressesOf(target),
    thirdParties: new Set(Object.keys(target.thirdParties ?? {})),
    control: createControl(undefined),
    rateLimitWaitMs: 0,
  };
}

/** A ledger in a folder of its own. */
export interface TestLedger {
  readonly directory: string;
  readonly ledger: Ledger;
  created(plan: Plan): CreatedData;
  remove(): Promise<void>;
}

export async function startLedger(): Promise<TestLedger> {
  const directory = await mkdtemp(path.join(tmpdir(), 'greenlight-state-'));
  const ledger = await openLedger(directory, 'shop');
  return {
    directory,
    ledger,
    created: (plan) =>
      createdData({
        plan,
        run: 'r1',
        check: 'the-check',
        secret: () => 'x',
        ledger: () => Promise.resolve(ledger),
      }),
    remove: () => rm(directory, { recursive: true, force: true }),
  };
}

/** A server that hands every request with its body to `answer`; what it gives is JSON, or else its text: XML, or JSON as it stands. */
export interface JsonServer {
  readonly url: string;
  answer: (request: IncomingMessage, body: string) => readonly [status: number, json: unknown];
  close(): Promise<void>;
}

export async function startJson(): Promise<JsonServer> {
  const server = createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8');
    request.on('data', (piece: string) => (body += piece));
    request.on('end', () => {
      const [status, json] = one.answer(request, body);
      const text = typeof json === 'string' ? json : JSON.stringify(json);
      const type = text.startsWith('<') ? 'application/xml' : 'application/json';
      response.writeHead(status, { 'content-type': type });
      response.end(text);
    });
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const one: JsonServer = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    answer: () => [404, {}],
    close: () =>
      new Promise((closed) => {
        server.closeAllConnections();
        server.close(() => closed());
      }),
  };
  return one;
}
