import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import build from '../built.ts';
import { createArena } from './arena.ts';
import { canDump, stopDatabases } from './databases.ts';
import { disagreements } from './expectations.ts';
import { HAZARDS } from './index.ts';
import { canMount } from './mounts.ts';
import { PAGE_FILE, renderPage } from './page.ts';
import { readRecorded, type Recorded, RECORDED_FILE } from './recorded.ts';
import { tryGreenlight, tryPlaywright } from './try-hazard.ts';

/**
 * Tries every hazard both ways, writes the expected answers to `recorded.json`, and from it `docs/verdict.md`: a hazard
 * that answered otherwise loses its record, and the page is left alone. `--only a,b` tries some of them and keeps the
 * others' records. All of them take half an hour on two cores.
 */
const { values } = parseArgs({
  options: { only: { type: 'string' }, write: { type: 'boolean', default: true } },
  allowNegative: true,
});
const only = values.only?.split(',');
const LANES = 2;

const recorded: Record<string, Recorded> = { ...readRecorded() };
const all = HAZARDS.flatMap((group) => group.hazards);
for (const id of Object.keys(recorded)) if (!all.some((hazard) => hazard.id === id)) delete recorded[id];
const waiting = all.filter((hazard) => only === undefined || only.includes(hazard.id));
const problems: string[] = [];
build();
const arena = createArena();

async function lane(): Promise<void> {
  for (let hazard = waiting.shift(); hazard !== undefined; hazard = waiting.shift()) {
    if (hazard.needs === 'mount' && !canMount()) {
      problems.push(`${hazard.id}: needs the right to mount`);
      continue;
    }
    if (hazard.databases !== undefined && !(await canDump())) {
      problems.push(`${hazard.id}: needs PostgreSQL with pg_dump under /usr/lib/postgresql`);
      continue;
    }
    const begin = Date.now();
    delete recorded[hazard.id];
    try {
      const answer = {
        playwright: await tryPlaywright(arena, hazard),
        greenlight: await tryGreenlight(arena, hazard),
      };
      const wrong = disagreements(hazard, answer);
      problems.push(...wrong);
      if (wrong.length === 0) recorded[hazard.id] = answer;
      console.error(
        `${wrong.length === 0 ? 'ok' : 'WRONG'} ${hazard.id} ${((Date.now() - begin) / 1000).toFixed(1)} s`,
      );
      for (const line of wrong) console.error(`   ${line}`);
    } catch (error) {
      problems.push(`${hazard.id}: ${String(error)}`);
      console.error(`BROKEN ${hazard.id}: ${String(error)}`);
    }
  }
}

try {
  await Promise.all(Array.from({ length: LANES }, lane));
} finally {
  arena.remove();
  await stopDatabases();
}
if (values.write) {
  const ordered = Object.fromEntries(all.flatMap(({ id }) => (recorded[id] ? [[id, recorded[id]]] : [])));
  writeFileSync(RECORDED_FILE, `${JSON.stringify(ordered, null, 2)}\n`);
  if (problems.length === 0) writeFileSync(PAGE_FILE, renderPage(HAZARDS, ordered));
}
if (problems.length > 0) {
  console.error(`${problems.length} answers are not the expected ones; docs/verdict.md was not written`);
  process.exitCode = 1;
}
