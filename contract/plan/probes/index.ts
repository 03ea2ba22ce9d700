import { backends } from './backends.ts';
import { backup } from './backup.ts';
import { breakers } from './breakers.ts';
import { bundle } from './bundle.ts';
import { command } from './command.ts';
import { dns } from './dns.ts';
import { endpoints } from './endpoints.ts';
import { flags } from './flags.ts';
import { guards } from './guards.ts';
import { headersKind } from './headers.ts';
import { health } from './health.ts';
import { lighthouse } from './lighthouse.ts';
import { mcp } from './mcp.ts';
import { open } from './open.ts';
import { oldKept } from './old-kept.ts';
import { parity } from './parity.ts';
import { queue } from './queue.ts';
import { query } from './query.ts';
import { rateLimit } from './rate-limit.ts';
import { restore } from './restore.ts';
import { rls } from './rls.ts';
import { tls } from './tls.ts';
import { webhook } from './webhook.ts';
import { window } from './window.ts';

/**
 * Every kind of probe: one file and one line here. How each looks stands in suites/probes/run-probe.ts, where a kind that
 * is missing does not compile.
 */
export const PROBE_KINDS = {
  endpoints,
  health,
  webhook,
  parity,
  guards,
  tls,
  dns,
  headers: headersKind,
  window,
  command,
  query,
  backends,
  open,
  'rate-limit': rateLimit,
  queue,
  flags,
  breakers,
  backup,
  restore,
  'old-kept': oldKept,
  rls,
  mcp,
  bundle,
  lighthouse,
};
