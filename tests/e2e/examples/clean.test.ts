import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Phase } from '../../../contract/evidence/outcome.ts';
import { ilsKubernetes } from '../../../examples/ils-kubernetes/example.ts';
import { mhpAzure } from '../../../examples/mhp-azure/example.ts';
import { samiaTarot } from '../../../examples/samia-tarot/example.ts';
import { runPlan, stateEverything } from '../../../examples/run-plan.ts';
import type { AnyExample } from '../../../examples/system/example.ts';
import { onPath } from '../../../host/process-group.ts';
import { QUICK_START } from '../../quick-start.ts';

/** What the scene of an example needs on PATH, besides what every test has. */
const PROGRAMS: Readonly<Record<string, readonly string[]>> = {
  'mhp-azure': ['npm'],
  'ils-kubernetes': ['kubectl', 'prometheus', 'promtool', 'openssl', 'curl', 'git', 'pg_dump', 'pg_restore'],
  'samia-tarot': ['pg_dump', 'pg_restore', 'psql', 'prometheus', 'promtool', 'openssl', 'git'],
};
/** Phases that are judged; `npm run examples` judges all of them, with every fault. */
const JUDGED: readonly Phase[] = ['preflight', 'post-cutover'];

const absent = ({ id }: AnyExample): readonly string[] =>
  (PROGRAMS[id] ?? []).filter((program) => !onPath(program, process.env));

/** Each takes less than a minute on an idle machine; a busy one must not make them fail. */
const LONGEST_MS = 600_000;

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(path.join(tmpdir(), 'greenlight-example-'));
  // PostgreSQL runs as another user where we are root.
  chmodSync(directory, 0o755);
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

for (const example of [mhpAzure, ilsKubernetes, samiaTarot]) {
  const missing = absent(example);
  if (missing.length > 0) console.warn(`\nSKIPPED: ${example.id}: ${missing.join(', ')} not installed\n`);

  test.skipIf(missing.length > 0)(
    `${example.id} gives GO before and after its cut-over`,
    async () => {
      const { signal } = new AbortController();
      const scene = await example.open({ directory: path.join(directory, 'scene'), signal });
      try {
        for (const phase of example.phases) {
          await scene.enter(phase);
          if (!JUDGED.includes(phase)) continue;
          const home = path.join(directory, phase);
          const release = scene.wanted(phase);
          await stateEverything({ example: example.id, phase, release, file: scene.statements });
          const end = await runPlan({
            example: example.id,
            phase,
            scene,
            directory: home,
            built: true,
            nodeOptions: QUICK_START.NODE_OPTIONS,
            signal,
          });
          const { verdict } = end;
          expect(verdict?.reasons ?? [end.output]).toEqual([]);
          expect(verdict?.decision).toBe('GO');
          expect(verdict?.leftovers).toEqual([]);
        }
      } finally {
        await scene.close();
      }
    },
    LONGEST_MS,
  );
}
