import { spawn } from 'node:child_process';
import { z } from 'zod';
import { serveParent } from './serve-parent.ts';

/**
 * Stands between us and a program where the kernel cannot bind the two (no `setpriv`, macOS): it ends the program
 * when we are gone, and dies with it.
 */
const Program = z.strictObject({
  command: z.string(),
  args: z.array(z.string()),
  env: z.record(z.string(), z.string()),
  stopSignal: z.enum(['SIGINT', 'SIGTERM']),
  identity: z.strictObject({ uid: z.number(), gid: z.number() }).nullable(),
});

const PATIENCE_MS = 2_000;

serveParent(Program, async (program) => {
  const child = spawn(program.command, program.args, {
    env: program.env,
    cwd: '/',
    stdio: ['ignore', 'inherit', 'inherit'],
    ...(program.identity ?? {}),
  });
  // Whatever way this process ends, also before it is ready: never without the program.
  process.once('exit', () => child.kill('SIGKILL'));
  const ended = new Promise<number>((resolve) => {
    child.once('exit', (code) => resolve(code ?? 1));
  });
  await new Promise<void>((resolve, reject) => {
    child.once('spawn', resolve);
    child.once('error', reject);
  });
  return {
    ready: { pid: child.pid },
    ended,
    async close() {
      child.kill(program.stopSignal);
      const timer = setTimeout(() => child.kill('SIGKILL'), PATIENCE_MS);
      await ended;
      clearTimeout(timer);
    },
  };
});
