import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Finding } from '../../../contract/evidence/finding.ts';
import type { Flow } from '../../../contract/flow/flow.ts';
import { createHttpApplication } from '../../../safety/http-application.ts';
import { createControl } from '../../../suites/control.ts';
import type { FlowRun } from '../../../suites/flows/flow-run.ts';
import { runFlow } from '../../../suites/flows/run-flow.ts';
import { neverDelayed } from '../../never-delayed.ts';

/** A server on loopback that remembers what it was asked: `GET /path`. */
export interface Listening {
  readonly url: string;
  readonly asked: string[];
  close(): Promise<void>;
}

export async function listen(
  answer: (request: IncomingMessage, response: ServerResponse) => void,
): Promise<Listening> {
  const asked: string[] = [];
  const server: Server = createServer((request, response) => {
    asked.push(`${request.method} ${request.url}`);
    answer(request, response);
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    asked,
    close: () =>
      new Promise((closed) => {
        server.closeAllConnections();
        server.close(() => closed());
      }),
  };
}

/** What a flow of requests needs, without Playwright. */
export function flowRunOn(url: string, flow: Flow, over: Partial<FlowRun> = {}): FlowRun {
  return {
    check: flow.id,
    flow,
    startedAt: Date.now(),
    urls: { app: url },
    budgetMs: 5000,
    context: { unique: () => 'gl-test-1', secret: () => 'secret', data: {} },
    application: createHttpApplication(),
    port: () => {
      throw new Error('this flow has no port');
    },
    openPage: () => Promise.reject(new Error('this flow has no page')),
    closePage: () => Promise.resolve(),
    recordCreated: () => Promise.resolve(),
    control: createControl(undefined),
    watchOwnDelay: neverDelayed,
    ...over,
  };
}

export async function runFlowOn(url: string, flow: Flow, over: Partial<FlowRun> = {}): Promise<Finding> {
  return runFlow(flowRunOn(url, flow, over));
}
