import { readdirSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { unzipSync } from 'fflate';
import type { Fault } from '../contract/evidence.ts';
import { encodedForms } from '../safety/encoded-forms.ts';
import { isMaskable, secretsOfEnvironment } from '../safety/secret-values.ts';
import { secretNames } from '../safety/secrets.ts';
import type { PreparedRun } from './run-prepare.ts';

/**
 * The last look before anything is published: reads every file that the run wrote into the report directory, archives
 * included, and removes those that hold the value of a secret. The redactor should have left none, so each one is a
 * fault.
 */
export function removeLeaks(run: Pick<PreparedRun, 'files' | 'plan' | 'request'>): readonly Fault[] {
  const forms = secretForms(run);
  if (forms.length === 0) return [];
  return filesBelow(run.files.directory).flatMap((file) => {
    if (!holds(readFileSync(file), forms, file)) return [];
    rmSync(file);
    const name = path.relative(run.files.directory, file);
    return [{ kind: 'other' as const, message: `${name} held the value of a secret and was removed` }];
  });
}

function secretForms(run: Pick<PreparedRun, 'plan' | 'request'>): readonly Buffer[] {
  const { plan, request } = run;
  const values = [
    ...secretNames(plan).flatMap((name) => request.env[name] ?? []),
    ...secretsOfEnvironment(request.env),
  ].filter(isMaskable);
  return [...new Set(values.flatMap(encodedForms))].map((form) => Buffer.from(form));
}

function filesBelow(directory: string): readonly string[] {
  return readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.join(entry.parentPath, entry.name));
}

function holds(content: Buffer, forms: readonly Buffer[], name: string): boolean {
  if (forms.some((form) => content.includes(form))) return true;
  if (!name.endsWith('.zip')) return false;
  return Object.entries(unzipSync(content)).some(([entry, inner]) => holds(Buffer.from(inner), forms, entry));
}
