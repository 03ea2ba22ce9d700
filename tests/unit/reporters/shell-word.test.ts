import { spawnSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { shellWord } from '../../../reporters/renderers/shell-word.ts';

test.each(['2.4.0', 'a b', "it's", '$(touch x) `y` "z" \\', '', "'; rm -rf x; '", '*?~!#&|<>', 'ä\nö'])(
  'a shell reads back %j as it was',
  (word) => {
    const { stdout } = spawnSync('sh', ['-c', `printf %s ${shellWord(word)}`], { encoding: 'utf8' });
    expect(stdout).toBe(word);
  },
);

test('what is plain stays plain', () => {
  expect(shellWord('report/traces/a-1.zip')).toBe('report/traces/a-1.zip');
});
