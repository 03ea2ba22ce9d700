import { rmSync } from 'node:fs';
import path from 'node:path';

/**
 * Removes the verdict of an earlier run: the very first thing that a run does, before it even loads what it needs.
 * Whoever only reads the file must not find an old GO when this run is refused, or killed a moment later.
 * @param output the report directory, relative to `cwd`
 */
export function retireVerdict(cwd: string, output: string): void {
  rmSync(path.resolve(cwd, output, 'verdict.json'), { force: true });
}
