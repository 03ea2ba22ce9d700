import path from 'node:path';
import { z } from 'zod';
import { parseJson } from '../../contract/flow/exact-json.ts';
import { GreenlightError } from '../../contract/errors.ts';
import { type BackupSource } from '../../contract/plan/probes/backup.ts';
import { patternOf } from '../../contract/plan/probes/expectation.ts';
import { listFiles } from '../adapters/backup/files.ts';
import type { ListedBackup } from '../adapters/backup/listed-backup.ts';
import { listBucket } from '../adapters/backup/s3.ts';
import { CannotTell, firstLine } from '../cannot-tell.ts';
import type { CommandSurroundings } from '../probes/command-probe.ts';
import { runPlanned } from './run-planned.ts';

const Printed = z.array(
  z.object({
    name: z.string(),
    size: z.number().nonnegative().optional(),
    at: z.iso.datetime({ offset: true }),
    place: z.string().optional(),
  }),
);

type Listing = Exclude<BackupSource, { adapter: 'archiver' }>;

/** All back-ups that a source lists, the newest first. @throws CannotTell where it cannot, or there is none */
export async function listBackups(
  source: Listing,
  budgetMs: number,
  surroundings: CommandSurroundings,
): Promise<readonly ListedBackup[]> {
  const listed = await list(source, budgetMs, surroundings).catch((error: unknown) => {
    if (error instanceof CannotTell || error instanceof GreenlightError) throw error;
    throw new CannotTell('backups-unlisted', `the back-ups can't be listed: ${firstLine(error)}`, {
      cause: error,
      remedy: 'correct the place, and let this machine read it; of S3 it needs s3:ListBucket on the bucket',
    });
  });
  if (listed.length > 0) return [...listed].sort((one, other) => other.at - one.at);
  throw new CannotTell('no-backups', 'the place has no back-up of this name', {
    remedy: 'correct folder, prefix or names; if they are right, no back-up was ever made there',
  });
}

async function list(
  source: Listing,
  budgetMs: number,
  surroundings: CommandSurroundings,
): Promise<readonly ListedBackup[]> {
  switch (source.adapter) {
    case 'files':
      return listFiles(path.resolve(surroundings.home, source.folder), patternOf(source.names));
    case 's3':
      return listBucket(source, patternOf(source.names), budgetMs);
    case 'command': {
      const { code, stdout, output } = await runPlanned(source, budgetMs, surroundings);
      const parsed = code === 0 ? Printed.safeParse(jsonOf(stdout.text)) : undefined;
      if (parsed?.success === true) {
        return parsed.data.map(({ name, size, at, place = name }) => ({
          name,
          size,
          at: Date.parse(at),
          place,
        }));
      }
      throw new CannotTell(
        'backups-unlisted',
        `${source.program} ${code === 0 ? 'printed no list of back-ups' : `ended with exit code ${code}`}`,
        {
          output,
          remedy:
            'let it print [{ "name": "…", "size": 123, "at": "2026-11-20T02:00:00Z" }] and nothing else',
        },
      );
    }
  }
}

function jsonOf(text: string): unknown {
  try {
    return parseJson(text.trim());
  } catch {
    return undefined; // Said by whoever wanted a list.
  }
}
