import path from 'node:path';
import { renderMembers } from './interfaces.ts';
import { refusalsIn } from './problems.ts';
import type { Reference } from './reference.ts';
import { inTable, inText, renderKeys, renderRows } from './render-keys.ts';

const ROOT = path.resolve(import.meta.dirname, '../..');
const BLOCK = /(<!-- generated: ([\w.]+) -->\n)[^]*?(<!-- end of generated -->)/g;

/**
 * Puts the reference into a page: whatever stands between `<!-- generated: plan.target -->` and
 * `<!-- end of generated -->` is written anew, the rest is left.
 * @throws Error for a name that stands for nothing
 */
export function withReference(page: string, reference: Reference): string {
  return page.replace(
    BLOCK,
    (_, begin: string, name: string, end: string) =>
      // Formatting would write the tables in another way.
      `${begin}<!-- prettier-ignore-start -->\n\n${blockOf(name, reference)}\n\n<!-- prettier-ignore-end -->\n${end}`,
  );
}

/** The names of the blocks in a page. */
export function blocksIn(page: string): readonly string[] {
  return [...page.matchAll(BLOCK)].map(([, , name = '']) => name);
}

function blockOf(name: string, reference: Reference): string {
  const [kind = '', of = ''] = name.split('.');
  switch (kind) {
    case 'keys':
      return renderRows(reference.plan.keys);
    case 'plan': {
      const key = reference.plan.keys.find((one) => one.name === of);
      if (key === undefined) throw new Error(`the plan has no key ${of}`);
      return key.inside.length === 0 ? renderRows([key]) : renderKeys(of, key.inside, key.step);
    }
    case 'policy':
      return renderKeys('policy', [reference.policy]);
    case 'interface':
      return renderMembers(reference.interface(of));
    case 'refusals':
      return refusals();
    default:
      throw new Error(`${name} stands for nothing`);
  }
}

function refusals(): string {
  const rows = ['plan', 'flow', 'load', 'slo', 'verdict'].flatMap((folder) =>
    refusalsIn(path.join(ROOT, 'contract', folder)),
  );
  return [
    '| what the plan is refused for | what to do |',
    '|---|---|',
    ...rows.map(({ problem, remedy }) => `| ${inTable(inText(problem))} | ${inTable(inText(remedy))} |`),
  ].join('\n');
}
