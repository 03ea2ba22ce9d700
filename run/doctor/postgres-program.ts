import { readdirSync } from 'node:fs';
import path from 'node:path';
import { onPath } from '../../host/process-group.ts';

/** A PostgreSQL server of this machine: on PATH, or where Debian keeps it. */
export function postgresProgram(env: NodeJS.ProcessEnv): string | undefined {
  return onPath('postgres', { PATH: [env['PATH'] ?? '', ...debianPostgres()].join(path.delimiter) });
}

function debianPostgres(): string[] {
  const root = '/usr/lib/postgresql';
  try {
    return readdirSync(root).map((version) => path.join(root, version, 'bin'));
  } catch {
    // Not Debian, or no server installed: then it is only looked for on PATH.
    return [];
  }
}
