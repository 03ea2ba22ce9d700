import { type ChildProcess, fork } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { build } from 'esbuild';
import type { ClientAnswer, ClientRequest } from './data-client.ts';

/** Starts clients as users run them: plain JavaScript in a process of its own, without the transpiler's memory. */
export class ClientProcesses {
  private readonly directory: string;

  private constructor(directory: string) {
    this.directory = directory;
  }

  static async prepare(): Promise<ClientProcesses> {
    const directory = await mkdtemp(path.join(tmpdir(), 'greenlight-bench-'));
    await build({
      entryPoints: [path.join(import.meta.dirname, 'data-client.ts')],
      outfile: path.join(directory, 'client.cjs'),
      bundle: true,
      platform: 'node',
      format: 'cjs',
      external: ['pg-native'],
    });
    return new ClientProcesses(directory);
  }

  /** A client that waits for its one request. */
  async start(): Promise<(request: ClientRequest) => Promise<ClientAnswer>> {
    const child = fork(path.join(this.directory, 'client.cjs'), { execArgv: [] });
    await message(child);
    return async (request) => {
      const answer = message(child);
      child.send(request);
      return (await answer) as ClientAnswer;
    };
  }

  async remove(): Promise<void> {
    await rm(this.directory, { recursive: true, force: true });
  }
}

function message(child: ChildProcess): Promise<unknown> {
  return new Promise((resolve, reject) => {
    child.once('message', resolve);
    child.once('error', reject);
    child.once('exit', (code) => reject(new Error(`the client ended with ${code}`)));
  });
}
