import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { GateStore } from '../../../contract/ports/gate-store.ts';
import { createPost } from '../../../host/post.ts';
import { createAudit } from '../../../gate/audit.ts';
import {
  type AzureCallbacksOptions,
  createAzureCallbacks,
} from '../../../gate/mechanisms/azure-devops/azure-callbacks.ts';
import { createFolderStore } from '../../../gate/folder-store.ts';
import { createGate } from '../../../gate/gate.ts';
import { proofDoubt } from '../../../gate/proof-doubt.ts';
import type { Runs } from '../../../gate/runs.ts';
import { startGateServer } from '../../../gate/server.ts';
import type { VerificationKey } from '../../../signing/key-file.ts';
import type { TokenKeeper } from '../../../gate/tokens.ts';

export interface GateUnderTest {
  readonly url: string;
  /** Directory with the runs. */
  readonly runs: string;
  readonly audited: Readonly<Record<string, unknown>>[];
  close(): Promise<void>;
}

/** What a test may change. */
export interface GateOptions {
  readonly tokens?: TokenKeeper;
  readonly perMinute?: number;
  readonly headersMs?: number;
  readonly store?: Pick<GateStore, 'about' | 'keep'>;
  readonly writeAudit?: (line: string) => void;
  readonly storeTimeoutMs?: number;
  readonly starter?: Runs;
  /** Of an earlier gate: this one is its restart. */
  readonly runs?: string;
  readonly keys?: readonly VerificationKey[];
  readonly azure?: Pick<AzureCallbacksOptions, 'allowed' | 'lookMs' | 'limitMs'>;
}

/** A real gate on a free port of this machine. */
export async function startGate(options: GateOptions = {}): Promise<GateUnderTest> {
  const { keys } = options;
  const runs = options.runs ?? mkdtempSync(path.join(tmpdir(), 'greenlight-gate-'));
  const audited: Record<string, unknown>[] = [];
  const audit = createAudit(
    options.writeAudit ?? ((line) => void audited.push(JSON.parse(line) as Record<string, unknown>)),
  );
  const gate = createGate({
    store: options.store ?? createFolderStore(runs),
    audit,
    reportOf: (run) => `https://reports.example.com/${run}/`,
    ...(keys ? { doubtOf: (verdict) => proofDoubt(verdict, keys) } : {}),
    ...(options.storeTimeoutMs === undefined ? {} : { storeTimeoutMs: options.storeTimeoutMs }),
  });
  const azure = options.azure && createAzureCallbacks({ gate, audit, post: createPost(), ...options.azure });
  const { perMinute = 1_000_000, tokens, starter } = options;
  const server = await startGateServer({
    gate,
    audit,
    tokens,
    host: '127.0.0.1',
    port: 0,
    perMinute,
    ...(options.headersMs === undefined ? {} : { headersMs: options.headersMs }),
    ...(starter ? { runs: starter } : {}),
    callbacks: azure ? [azure] : [],
  });
  return {
    url: server.url,
    runs,
    audited,
    close: async () => {
      await Promise.all([server.close(), azure?.close()]);
      rmSync(runs, { recursive: true, force: true });
    },
  };
}
