import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { z } from 'zod';
import { GreenlightError } from '../contract/errors.ts';
import { Verdict } from '../contract/verdict/verdict.ts';
import { makeDirectory } from '../host/make-directory.ts';
import { lifeOf, ownIdentity } from '../host/process-identity.ts';
import type { ReportFiles } from '../host/report-files.ts';

const Owner = z.object({ host: z.string(), pid: z.number().int().positive(), start: z.string().nullable() });
type Owner = z.infer<typeof Owner>;

/**
 * Refuses a report directory into which a process that lives is writing its report: what stands there until it is done
 * says INCONCLUSIVE. A process on another host is not seen; one that was killed is not in the way.
 * @throws GreenlightError REPORT_IN_USE; nothing was touched
 */
export function refuseWhileInUse(files: ReportFiles): void {
  const owner = ownerOf(files);
  if (owner === undefined || isOwn(owner) || lifeOf(owner) !== 'alive') return;
  // The verdict comes last: with a decision, that report is done, and a GO must not stay for whoever asks now.
  if (isDecided(files)) return;
  throw new GreenlightError('REPORT_IN_USE', `${files.directory}, by process ${owner.pid}`);
}

/** Says that this process writes its report there. @throws the system's error when it cannot be written */
export function markInUse(files: ReportFiles): void {
  makeDirectory(files.directory);
  writeFileSync(files.inUse, JSON.stringify(ownIdentity()));
}

/** Takes the mark of this process away, and no other. @throws the system's error */
export function unmarkInUse(files: ReportFiles): void {
  const owner = ownerOf(files);
  if (owner !== undefined && isOwn(owner)) rmSync(files.inUse, { force: true });
}

/** Undefined without a mark, and with one that was cut short: its process was killed while it wrote it. */
function ownerOf(files: ReportFiles): Owner | undefined {
  return parsed(Owner, files.inUse);
}

function isOwn(owner: Owner): boolean {
  const own = ownIdentity();
  return owner.host === own.host && owner.pid === own.pid && owner.start === own.start;
}

function isDecided(files: ReportFiles): boolean {
  const decision = parsed(Verdict, files.verdict)?.decision;
  return decision !== undefined && decision !== 'INCONCLUSIVE';
}

function parsed<T>(shape: z.ZodType<T>, file: string): T | undefined {
  try {
    return shape.safeParse(JSON.parse(readFileSync(file, 'utf8'))).data;
  } catch {
    return undefined; // Not there, or not JSON: both say that nobody holds it.
  }
}
