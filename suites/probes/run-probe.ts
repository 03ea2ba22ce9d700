import type { Plan } from '../../contract/plan/plan.ts';
import type { Probe } from '../../contract/plan/probe.ts';
import { dnsLook } from '../dns/dns-look.ts';
import { openLook } from '../open/open-look.ts';
import type { CreatedData } from '../created-data.ts';
import type { TwinTools } from '../parity/ask-twins.ts';
import { guardsLook } from '../parity/guards-look.ts';
import type { LogInTools } from '../parity/log-in.ts';
import type { BrowserSession } from '../page-session.ts';
import { parityLook } from '../parity/parity-look.ts';
import type { Probed } from '../probe-finding.ts';
import { backendsLook } from './backends-probe.ts';
import { backupLook } from './backup-probe.ts';
import { breakersLook } from './breakers-probe.ts';
import { bundleLook } from './bundle-probe.ts';
import { commandLook } from './command-probe.ts';
import { endpointsLook } from './endpoints-probe.ts';
import { flagsLook } from './flags-probe.ts';
import { headersLook } from './headers-probe.ts';
import { healthLook } from './health-probe.ts';
import { lighthouseLook } from './lighthouse-probe.ts';
import { mcpLook } from './mcp-probe.ts';
import { oldKeptLook } from './old-kept-probe.ts';
import type { BrowserLook, ProbeLook } from './probe-look.ts';
import { queryLook } from './query-probe.ts';
import { rateLimitLook } from './rate-limit-probe.ts';
import { queueLook } from './queue-probe.ts';
import { restoreLook } from './restore-probe.ts';
import { rlsLook } from './rls-probe.ts';
import { tlsLook } from './tls-probe.ts';
import { webhookLook } from './webhook-probe.ts';
import { windowLook } from './window-probe.ts';

type Look<P> = ProbeLook<P> | BrowserLook<P>;

/** How each kind of probe looks: one line for each, which the compiler demands. */
const LOOKS: { readonly [K in Probe['kind']]: Look<Extract<Probe, { kind: K }>> } = {
  endpoints: endpointsLook,
  health: healthLook,
  webhook: webhookLook,
  parity: parityLook,
  guards: guardsLook,
  command: commandLook,
  query: queryLook,
  queue: queueLook,
  flags: flagsLook,
  breakers: breakersLook,
  backup: backupLook,
  restore: restoreLook,
  'old-kept': oldKeptLook,
  rls: rlsLook,
  tls: tlsLook,
  dns: dnsLook,
  headers: headersLook,
  window: windowLook,
  backends: backendsLook,
  open: openLook,
  'rate-limit': rateLimitLook,
  mcp: mcpLook,
  bundle: bundleLook,
  lighthouse: lighthouseLook,
};

/**
 * Looks as a probe says.
 * @param browsers for a probe that opens pages
 * @throws CannotTell
 */
export async function runProbe(
  probe: Probe,
  tools: TwinTools,
  logIn: LogInTools,
  created: CreatedData,
  browsers?: BrowserSession,
): Promise<Probed> {
  const look = lookOf(probe);
  if (!('lookIn' in look)) return look.look(probe, tools, logIn, created);
  if (browsers === undefined) throw new Error(`a probe of the kind "${probe.kind}" was given no browser`);
  return look.lookIn(browsers, probe, tools, logIn.plan.target);
}

/** Whether a probe opens pages. */
export function opensPages(probe: Probe): boolean {
  return 'lookIn' in lookOf(probe);
}

/** The most answers that a probe waits for, one after the other. */
export function mostAnswersOf(probe: Probe, plan: Plan): number {
  return lookOf(probe).mostAnswers(probe, plan);
}

function lookOf({ kind }: Probe): Look<Probe> {
  // One cast: that a probe goes only to the look of its own kind is what looking it up by its kind says.
  return LOOKS[kind] as unknown as Look<Probe>;
}
