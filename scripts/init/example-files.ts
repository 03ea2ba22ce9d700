import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { GreenlightError } from '../../contract/errors.ts';
import { PACKAGE_ROOT } from '../../host/package-root.ts';
import { PLAN_FILE } from '../project-files.ts';

const EXAMPLES = path.join(PACKAGE_ROOT, 'examples');
/** What of an example is a user's: the plan and its parts, deploy files, and pages. Stand-ins and faults stay here. */
const PARTS: readonly (readonly [folder: string, ending: RegExp])[] = [
  ['plan', /\.mts$/],
  ['deploy', /\.(?:ya?ml|sh|json)$/],
];
/** In a user's project they lie beside the specs: its own README is something else. */
const PAGES = ['README.md', 'RUNBOOK.md', 'COVERAGE.md'];
/** How plans of this repository name the package. */
const OWN_PACKAGE = /'(?:\.\.\/)+contract\/index\.ts'/g;

/** The examples that a plan can be made from: those that come with the package. */
export function exampleNames(): readonly string[] {
  if (!existsSync(EXAMPLES)) return [];
  return readdirSync(EXAMPLES, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && existsSync(path.join(EXAMPLES, entry.name, PLAN_FILE)))
    .map(({ name }) => name)
    .sort();
}

/**
 * The files of an example, as they belong into a user's project: contents by path.
 * @throws GreenlightError NAME_UNKNOWN for a name that is no example
 */
export function exampleFiles(name: string): Readonly<Record<string, string>> {
  const known = exampleNames();
  if (!known.includes(name)) {
    throw new GreenlightError('NAME_UNKNOWN', `--from: there is no example "${name}"`, {
      hint: known.length === 0 ? 'This package has none.' : `There is ${known.join(', ')}.`,
    });
  }
  const home = path.join(EXAMPLES, name);
  const read = (file: string): string => readFileSync(path.join(home, file), 'utf8');
  const files: Record<string, string> = {
    [PLAN_FILE]: read(PLAN_FILE).replaceAll(OWN_PACKAGE, "'greenlight'"),
  };
  for (const [folder, ending] of PARTS) {
    if (!existsSync(path.join(home, folder))) continue;
    for (const entry of readdirSync(path.join(home, folder)).sort()) {
      if (ending.test(entry))
        files[`${folder}/${entry}`] = read(path.join(folder, entry)).replaceAll(OWN_PACKAGE, "'greenlight'");
    }
  }
  for (const page of PAGES) if (existsSync(path.join(home, page))) files[`greenlight/${page}`] = read(page);
  return files;
}
