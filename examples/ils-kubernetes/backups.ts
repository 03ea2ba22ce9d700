import { execFile } from 'node:child_process';
import { chmod, mkdir, readFile, rename, stat, utimes, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Real backups of the production database of the scene, by scripts as small as they can be. */
export interface Backups {
  /** Whether the newest one is there; those before it are two days old. */
  setNewest(there: boolean): Promise<void>;
  /** Whether half of the newest one is overwritten with nothing. */
  setBroken(broken: boolean): Promise<void>;
}

const SCRIPTS = {
  'backup-database.sh': `#!/bin/sh
# backup-database.sh <file>: a stand-in of the script that the document calls.
exec pg_dump --format=custom --file="$1" "$DATABASE_URL"
`,
  'restore-database.sh': `#!/bin/sh
# restore-database.sh: a stand-in of the script that the document calls. The newest backup into RESTORE_INTO.
exec pg_restore --exit-on-error --clean --if-exists --no-owner --dbname="$RESTORE_INTO" "$(ls -t backups/*.dump | head -n 1)"
`,
  // Greenlight's list: name, size, time.
  'list-backups.sh': `#!/bin/sh
exec '${process.execPath}' -e '
  const { readdirSync, statSync } = require("node:fs");
  const of = (name) => ({ name, size: statSync("backups/" + name).size, at: statSync("backups/" + name).mtime.toISOString() });
  console.log(JSON.stringify(readdirSync("backups").filter((name) => name.endsWith(".dump")).map(of)));
'
`,
};
const HOUR_MS = 3_600_000;

/** Makes three backups, of three days ago, of the day before yesterday, and of now. @param repository its folder */
export async function makeBackups(repository: string, database: string): Promise<Backups> {
  for (const [name, text] of Object.entries(SCRIPTS)) {
    const file = path.join(repository, 'scripts/backup', name);
    await mkdir(path.dirname(file), { recursive: true });
    await writeFile(file, text);
    await chmod(file, 0o755);
  }
  const of = (name: string): string => path.join(repository, 'backups', name);
  await mkdir(of(''), { recursive: true });
  for (const [name, hours] of [
    ['1.dump', 72],
    ['2.dump', 48],
    ['3.dump', 0],
  ] as const) {
    await run(path.join(repository, 'scripts/backup/backup-database.sh'), [of(name)], {
      env: { ...process.env, DATABASE_URL: database },
    });
    const at = new Date(Date.now() - hours * HOUR_MS);
    await utimes(of(name), at, at);
  }
  const [newest, away] = [of('3.dump'), of('3.away')];
  const whole = await readFile(newest);
  return {
    setNewest: (there) => (there ? rename(away, newest) : rename(newest, away)),
    setBroken: async (broken) => {
      const { atime, mtime } = await stat(newest);
      const half = Buffer.concat([whole.subarray(0, whole.length / 2), Buffer.alloc(whole.length / 2)]);
      await writeFile(newest, broken ? half : whole);
      await utimes(newest, atime, mtime);
    },
  };
}
