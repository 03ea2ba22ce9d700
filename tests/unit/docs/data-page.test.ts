import { readFileSync } from 'node:fs';
import path from 'node:path';
import { runInNewContext } from 'node:vm';
import { describe, expect, test } from 'vitest';
import { checksOf } from '../../../contract/plan/checks.ts';
import { parsePlan } from '../../../contract/plan/plan.ts';
import { ColumnPolicy, ROW_OPTIONS } from '../../../contract/plan/table-mapping.ts';
import { greenlight } from '../../contracts/data-checks/greenlight-command.ts';

const PAGE = readFileSync(path.resolve(import.meta.dirname, '../../../docs/data.md'), 'utf8');
const blocks = (language: string): string[] =>
  [...PAGE.matchAll(new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\`$`, 'gms'))].map(([, text = '']) => text);

const NOWHERE = 'postgres://app@127.0.0.1:1/shop';
const ADDRESSES: Readonly<Record<string, string>> = {
  '"$OLD"': NOWHERE,
  '"$NEW"': NOWHERE,
  '"$OLD_MARIADB"': 'mysql://app@127.0.0.1:1/shop',
  '"$OLD_REDIS"': 'redis://127.0.0.1:1',
  '"$NEW_REDIS"': 'redis://127.0.0.1:1',
};
const COMMANDS = blocks('sh')
  .join('\n')
  .replaceAll('\\\n', ' ')
  .split('\n')
  .map((line) => line.replace(/ [#>] ?.*$/, '').trim())
  .filter((line) => line.startsWith('greenlight '));

describe('docs/data.md', () => {
  test.each(COMMANDS.filter((line) => !line.includes(' merge ')))('%s is a command', async (line) => {
    const words = line
      .split(/\s+/)
      .slice(1)
      .map((word) => ADDRESSES[word] ?? word.replaceAll(/^'|'$/g, ''));
    const end = await greenlight(...words);
    // Understood, and nobody is there to answer.
    expect(end, end.err).toMatchObject({ code: 20, out: '' });
  });

  test('names every option of data diff', async () => {
    const { out } = await greenlight('data', 'diff', '--help');
    const options = [...out.matchAll(/^ +(--[a-z-]+)/gm)].map(([, name = '']) => name);
    expect(options.length).toBeGreaterThan(12);
    expect(options.filter((name) => !PAGE.includes(name) && name !== '--help')).toEqual([]);
  });

  test('shows a plan that is one, and what a roll-back would lose is only advice while new is in use', () => {
    const [text = ''] = blocks('ts');
    const { data } = runInNewContext(`({ ${text} })`) as { data: unknown };
    const records = (name: string) => ({ adapter: 'postgres', url: { secret: name } });
    const plan = parsePlan({
      target: {
        name: 'shop',
        urls: { app: 'http://127.0.0.1:1' },
        records: records('NEW_DATABASE_URL'),
        old: { records: records('OLD_DATABASE_URL') },
      },
      data: JSON.parse(JSON.stringify(data)) as unknown,
    });
    const tables = (phase: 'post-cutover' | 'watch' | 'rollback'): string[] =>
      checksOf(plan, phase)
        .filter(({ source }) => source === 'table')
        .map(({ id, severity }) => `${id} ${severity}`);
    expect(tables('post-cutover')).toEqual(['customers-preserved blocking', 'orders-preserved blocking']);
    expect(tables('watch')).toEqual(['orders-to-carry-back advisory']);
    expect(tables('rollback')).toEqual(['orders-to-carry-back blocking']);
  });

  test('explains every key and every policy', () => {
    const explained = [...PAGE.matchAll(/^\| (`.*?) +\|/gm)].map(([, cell = '']) => cell).join();
    const missing = [...ROW_OPTIONS, ...Object.keys(ColumnPolicy.shape)].filter(
      (name) => !new RegExp(`\`${name}\\b`).test(explained),
    );
    expect(missing).toEqual([]);
  });
});
