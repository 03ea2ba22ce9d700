import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Writable } from 'node:stream';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { ShardFragment } from '../../../../contract/evidence/shard.ts';
import { Verdict } from '../../../../contract/verdict/verdict.ts';
import { runCommandLine } from '../../../../scripts/program.ts';
import { createScreen } from '../../../../safety/screen.ts';
import { readSigningKey } from '../../../../signing/key-file.ts';
import {
  allShards,
  fragmentOf,
  justEnded,
  loadAfter,
  MANIFEST,
  sealedBy,
  share,
} from '../../shard-fragments.ts';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(path.join(tmpdir(), 'greenlight-merge-'));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

interface End {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

async function greenlight(args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<End> {
  let out = '';
  let err = '';
  const stream = (keep: (text: string) => void): Writable =>
    new Writable({
      write(chunk: Buffer, _encoding, done) {
        keep(chunk.toString());
        done();
      },
    });
  const streams = { out: stream((text) => (out += text)), err: stream((text) => (err += text)), env };
  const code = await runCommandLine(args, {
    screen: createScreen(streams),
    env,
    cwd: directory,
    interrupted: new AbortController().signal,
  });
  return { code, out, err };
}

function write(name: string, content: unknown): string {
  writeFileSync(
    path.join(directory, name),
    typeof content === 'string' ? content : JSON.stringify(content, null, 2),
  );
  return name;
}

function written(fragments: readonly ShardFragment[]): string[] {
  return fragments.map((fragment, index) => write(`${index + 1}.json`, fragment));
}

const merge = (files: readonly string[], ...options: string[]): Promise<End> =>
  greenlight(['merge', '--nonce', 'deploy-7', ...options, ...files]);
const inReport = (name: string): string => path.join(directory, 'greenlight-report', name);
const verdict = (): Verdict => Verdict.parse(JSON.parse(readFileSync(inReport('verdict.json'), 'utf8')));

describe('greenlight merge', () => {
  test('answers GO with 0 and the whole report, the same in any order, and can be judged again', async () => {
    const files = written(allShards(3).map(justEnded));
    const end = await merge(files, '--json', '--release', '2.4.0', '--commit', 'c'.repeat(40));
    expect(end.code, end.err + end.out).toBe(0);
    expect(JSON.parse(end.out)).toEqual(verdict());
    expect(verdict()).toMatchObject({ decision: 'GO', run: { nonce: 'deploy-7' } });
    for (const name of ['index.html', 'junit.xml', 'evidence.json'])
      expect(existsSync(inReport(name))).toBe(true);
    expect((await merge([...files].reverse(), '--json')).out).toBe(end.out);
    expect((await greenlight(['judge', 'greenlight-report/evidence.json', '--json'])).out).toBe(end.out);
  });

  test('signs a GO like a run does', async () => {
    await greenlight(['keygen', '--out', 'gate']);
    const key = readSigningKey(path.join(directory, 'gate.key.pem'));
    const fragments = allShards(2).map((fragment) => sealedBy([key], fragment));
    const end = await merge(written(fragments), '--sign-key', 'gate.key.pem');
    expect(end.code, end.err).toBe(0);
    const verify = [
      'verify',
      'greenlight-report/verdict.dsse.json',
      '--key',
      'gate.pub.pem',
      '--target',
      'shop',
    ];
    const accepted = await greenlight([...verify, '--nonce', 'deploy-7', '--commit', 'c'.repeat(40)]);
    expect(accepted.code, accepted.out).toBe(0);
    expect((await merge(['1.json'], '--sign-key', 'gate.key.pem')).code).toBe(20);
    expect(existsSync(inReport('verdict.dsse.json'))).toBe(false);
  });

  test('tells GitHub and GitLab like a run does, and takes the Allure results of all parts', async () => {
    const files = written(allShards(2).map(justEnded));
    for (const index of [1, 2]) {
      mkdirSync(path.join(directory, `shard-${index}-of-2/allure-results`), { recursive: true });
      write(`shard-${index}-of-2/allure-results/${index}-result.json`, '{}');
    }
    const end = await merge(files, '--publish', 'gitlab');
    expect(end.code, end.err).toBe(0);
    expect(readFileSync(inReport('greenlight.env'), 'utf8')).toContain('GREENLIGHT_DECISION=GO');
    expect(existsSync(inReport('allure-results/1-result.json'))).toBe(true);
    expect(existsSync(inReport('allure-results/2-result.json'))).toBe(true);
  });

  test.each<[string, (files: string[], fragments: ShardFragment[]) => string[], string]>([
    ['a missing shard', ([one, , three]) => [one!, three!], 'shard 2 of 3 is missing'],
    ['a file that is not there', ([one, , three]) => [one!, 'two.json', three!], 'two.json cannot be read'],
    ['a doubled shard', (files) => [...files, files[0]!], 'shard 1 of 3 is there twice: 1.json, 1.json'],
    [
      'a truncated fragment',
      (files, fragments) => {
        write('2.json', JSON.stringify(fragments[1]).slice(0, -20));
        return files;
      },
      '2.json was cut short',
    ],
    [
      'an empty fragment',
      (files) => {
        write('2.json', '');
        return files;
      },
      '2.json is empty',
    ],
    [
      'an edited fragment',
      (files, fragments) => {
        write('2.json', JSON.stringify(fragments[1]).replace('saw pass', 'saw passes'));
        return files;
      },
      '2.json was edited',
    ],
    [
      'another kind of file',
      (files) => {
        write('2.json', '{"schema":"greenlight/evidence@1"}');
        return files;
      },
      '2.json is no fragment of this version',
    ],
    [
      'a foreign fragment',
      (files) => {
        const foreign = fragmentOf(share(2, 3), {
          evidence: (one) => ({ ...one, run: { ...one.run, nonce: 'deploy-6' } }),
        });
        write('2.json', justEnded(foreign));
        return files;
      },
      '2.json is foreign: it is of the run deploy-6, and deploy-7 is merged',
    ],
    [
      'a fragment about another release',
      (files) => {
        const other = fragmentOf(share(2, 3), {
          evidence: (one) => ({ ...one, subject: { ...one.subject, wanted: { id: '2.4.1' } } }),
        });
        write('2.json', justEnded(other));
        return files;
      },
      'do not agree on the wanted release',
    ],
  ])('%s is INCONCLUSIVE by name', async (_, damage, name) => {
    const fragments = allShards(3).map(justEnded);
    const end = await merge(damage(written(fragments), fragments));
    expect(end.code, end.err).toBe(20);
    expect(verdict().decision).toBe('INCONCLUSIVE');
    expect(verdict().reasons.join('\n')).toContain(name);
    expect(end.out).toContain('INCONCLUSIVE');
  });

  test('names all problems at once, and replaces an earlier GO', async () => {
    const fragments = allShards(5).map(justEnded);
    const files = written(fragments);
    expect((await merge(files)).code).toBe(0);
    write('2.json', JSON.stringify(fragments[1]).slice(0, 100));
    const end = await merge(['1.json', '1.json', '2.json', '4.json', '5.json']);
    expect(end.code).toBe(20);
    const reasons = verdict().reasons.join('\n');
    for (const name of ['2.json was cut short', 'shard 1 of 5 is there twice', 'shard 3 of 5 is missing']) {
      expect(reasons).toContain(name);
    }
  });

  test.each([
    ['nothing was named', []],
    ['a glob that matched nothing', ['shard-*.json']],
  ])('has a verdict also where %s', async (_, files) => {
    mkdirSync(path.join(directory, 'greenlight-report'));
    write('greenlight-report/verdict.json', '{"decision":"GO"}');
    const end = await merge(files);
    expect(end.code, end.err).toBe(20);
    expect(verdict()).toMatchObject({ decision: 'INCONCLUSIVE', run: { nonce: 'deploy-7' } });
    expect(verdict().reason).toMatch(/names no fragment|cannot be read/);
  });

  test.each([
    ['release', ['--release', '2.4.1'], 'of the release 2.4.0, and 2.4.1 is merged'],
    ['commit', ['--commit', 'd'.repeat(40)], 'of the commit ccc'],
    ['phase', ['--phase', 'canary'], 'of the phase post-cutover, and canary is merged'],
  ])('refuses fragments of another %s than the one asked for', async (_, options, words) => {
    const end = await merge(written(allShards(2).map(justEnded)), ...options);
    expect(end.code).toBe(20);
    expect(verdict().reasons.join()).toContain(words);
  });

  test('needs to know which run it answers for', async () => {
    const end = await greenlight(['merge', ...written(allShards(2).map(justEnded))]);
    expect(end.code).toBe(64);
    expect(end.err).toContain('--nonce');
  });
});

describe('greenlight run --shard', () => {
  test.each([
    ['without a nonce', ['--shard', '1/2'], '--nonce'],
    ['of none', ['--shard', '0/2', '--nonce', 'n'], '0/2'],
    ['beyond the last', ['--shard', '3/2', '--nonce', 'n'], '3/2'],
    ['that is no number', ['--shard', 'two', '--nonce', 'n'], 'two'],
    ['with a key that is not there', ['--shard', '1/2', '--nonce', 'n', '--sign-key', 'k.pem'], 'k.pem'],
    ['after others', ['--shard', '1/2', '--nonce', 'n', '--after', 'x.json'], '--shard load'],
    ['missing before --after', ['--after', 'x.json'], '--shard load'],
  ])('refuses a shard %s', async (_, options, words) => {
    const end = await greenlight(['run', ...options]);
    expect(end.code, end.err).toBe(64);
    expect(end.err).toContain(words);
  });

  test('load does not start before every shard is done, and names each that is not', async () => {
    const shards = allShards(3, { manifest: MANIFEST }).map(justEnded);
    written(shards);
    write('load.json', justEnded(loadAfter(shards)));
    const load = ['run', '--nonce', 'deploy-7', '--shard', 'load'];
    const end = await greenlight([...load, '--after', '1.json', '3.json', 'load.json', 'x.json']);
    expect(end.code, end.err).toBe(20);
    for (const words of ['shard 2 of 3: is missing', 'load.json: is no shard', 'x.json: cannot be read']) {
      expect(end.err).toContain(words);
    }
    expect((await greenlight(load)).code).toBe(20);
    // All are there: what is refused now is that there is no plan.
    expect((await greenlight([...load, '--after', '1.json', '2.json', '3.json'])).err).toContain(
      'greenlight init',
    );
  });
});
