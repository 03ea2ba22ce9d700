import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';

/** Where `greenlight demo --keep` leaves the environment of the running demo, relative to where it was started. */
export const DEMO_ENV_FILE = path.join('.greenlight', 'demo.env');

/** Writes one NAME="value" a line. @returns the path of the file */
export function writeDemoEnv(directory: string, env: Readonly<Record<string, string>>): string {
  const file = path.join(directory, DEMO_ENV_FILE);
  mkdirSync(path.dirname(file), { recursive: true });
  const lines = Object.entries(env).map(([name, value]) => `${name}=${JSON.stringify(value)}`);
  writeFileSync(file, `${lines.join('\n')}\n`, { mode: 0o600 });
  return file;
}

/** Puts the environment of a demo that is kept running into `env`; what is set already stays. */
export function readDemoEnv(directory: string, env: NodeJS.ProcessEnv): void {
  const file = path.join(directory, DEMO_ENV_FILE);
  if (!existsSync(file)) return;
  for (const line of readFileSync(file, 'utf8').split('\n')) {
    const [, name, value] = /^(\w+)=(.*)$/.exec(line) ?? [];
    if (name !== undefined && value !== undefined) env[name] ??= JSON.parse(value) as string;
  }
}
