import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Writable } from 'node:stream';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Verdict } from '../../../contract/verdict/verdict.ts';
import { runCommandLine } from '../../../scripts/program.ts';
import { createScreen } from '../../../safety/screen.ts';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(path.join(tmpdir(), 'greenlight-program-'));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

interface End {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

async function commandLine(args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<End> {
  let out = '';
  let err = '';
  const stream = (keep: (text: string) => void): Writable =>
    new Writable({
      write(chunk: Buffer, _encoding, done) {
        keep(chunk.toString());
        done();
      },
    });
  const screen = createScreen({
    out: stream((text) => (out += text)),
    err: stream((text) => (err += text)),
    env,
  });
  const interrupted = new AbortController().signal;
  const code = await runCommandLine(args, { screen, env, cwd: directory, interrupted });
  return { code, out, err };
}

function verdict(report = 'greenlight-report'): Verdict {
  return Verdict.parse(JSON.parse(readFileSync(path.join(directory, report, 'verdict.json'), 'utf8')));
}

function writePlan(rest: string): void {
  writeFileSync(
    path.join(directory, 'greenlight.config.mjs'),
    `export default { target: { name: 'shop', urls: { app: 'http://127.0.0.1:9' } },
       probes: [{ id: 'pages-answer', title: 'Pages', kind: 'endpoints', paths: ['/'] }], ${rest} };`,
  );
}

describe('the command line', () => {
  test('help shows defaults that say something, and no others', async () => {
    const { out } = await commandLine(['run', '--help']);
    expect(out).toContain('(default: "greenlight-report")');
    expect(out).toContain('print the verdict as JSON');
    expect(out).not.toMatch(/default:\s+(false|\[\])/);
  });

  // The target would say that it runs something else, and a release without fault would be rolled back.
  test.each([
    ['no commit', ['--release', '2.0.0', '--commit', ''], '--commit'],
    ['a branch', ['--release', '2.0.0', '--commit', 'main'], '--commit'],
    ['too few digits', ['--release', '2.0.0', '--commit', 'b42e9a'], '--commit'],
    ['no release', ['--release', ''], '--release'],
    ['a line end of Windows', ['--release', '2.0.0\r'], '--release'],
    ['no nonce', ['--nonce', ''], '--nonce'],
    ['a blank nonce', ['--nonce', ' '], '--nonce'],
  ])(
    'a variable that was not set, or not right, is bad usage and never another release: %s',
    async (_, args, option) => {
      writePlan('');
      const { code, err } = await commandLine(['run', ...args]);
      expect([code, err]).toEqual([64, expect.stringContaining(option)]);
      expect(verdict().decision).toBe('INCONCLUSIVE');
      expect((await commandLine(['merge', '--nonce', ' ', 'a.json'])).code).toBe(64);
    },
  );

  test('a report that cannot be written is no defect of ours', async () => {
    writeFileSync(path.join(directory, 'a-file'), '');
    const { code, err } = await commandLine(['run', '--output', 'a-file']);
    expect(code).toBe(20);
    expect(err).toContain(
      `REPORT_UNWRITABLE: The report cannot be written: ${path.join(directory, 'a-file')}`,
    );
    expect(err).toContain('--output');
  });

  test.skipIf(process.platform !== 'linux')(
    'a report where no directory can be made ends at once',
    async () => {
      const { code, err } = await commandLine(['run', '--output', '/proc/nope']);
      expect(code, err).toBe(20);
      expect(err).toContain('REPORT_UNWRITABLE: The report cannot be written: /proc/nope');
    },
  );

  test.each([
    ['an unknown command', ['go'], 'go'],
    ['an unknown option', ['run', '--releese', '1'], '--releese'],
    ['an unknown phase', ['run', '--phase', 'later'], 'post-cutover'],
    ['an argument too many', ['run', 'now'], 'too many arguments'],
    ['a commit without a release', ['run', '--commit', 'abc'], '--release'],
    ['an artifact that is no digest', ['run', '--release', '1', '--artifact', 'x'], 'sha256'],
    ['a plan that is not there', ['run', '--config', 'nowhere.mts'], 'nowhere.mts'],
    ['a directory without a plan', ['run'], 'greenlight init'],
    ['evidence that is not there', ['judge', 'nowhere.json'], 'nowhere.json'],
    ['a report that is not there', ['report'], 'verdict.json'],
    ['an address that is none', ['init', '--url', 'shop'], '--url'],
    ['an unknown fault of the demo', ['demo', '--fault', 'everything'], 'lost-orders'],
    ['rows that are no number', ['demo', '--rows', 'many'], 'whole number'],
  ])('answers %s with 64, says what is possible, and writes nothing', async (_, args, hint) => {
    const end = await commandLine(args);
    expect(end.code, end.err).toBe(64);
    expect(end.err).toContain(hint);
    expect(end.out).toBe('');
    expect(readdirSync(directory)).toEqual(args[0] === 'run' ? ['greenlight-report'] : []);
    if (args[0] !== 'run') return;
    expect(readdirSync(path.join(directory, 'greenlight-report'))).toEqual(['verdict.json']);
    expect(verdict()).toMatchObject({ decision: 'INCONCLUSIVE' });
    expect(verdict().reason).toContain(hint === 'greenlight init' ? 'greenlight.config.mts' : hint);
  });

  test('leaves no GO of an earlier pass when it cannot read its command line', async () => {
    mkdirSync(path.join(directory, 'greenlight-synthetic'));
    writeFileSync(path.join(directory, 'greenlight-synthetic/verdict.json'), '{"decision":"GO"}');
    expect((await commandLine(['synthetic', '--quiet'])).code).toBe(64);
    const { decision, reason, run } = verdict('greenlight-synthetic');
    expect([decision, run.phase]).toEqual(['INCONCLUSIVE', 'synthetic']);
    expect(reason).toContain("unknown option '--quiet'");
    // Of another command there is nothing to leave.
    expect((await commandLine(['status', '--quiet'])).code).toBe(64);
    expect(readdirSync(directory)).toEqual(['greenlight-synthetic']);
  });

  test('leaves no GO of an earlier run when it cannot read its command line', async () => {
    mkdirSync(path.join(directory, 'there'));
    writeFileSync(path.join(directory, 'there/verdict.json'), '{"decision":"GO"}');
    const end = await commandLine(['run', '--output=there', '--nonce', 'mine', '--reporter', 'line']);
    expect(end.code).toBe(64);
    expect(verdict('there')).toMatchObject({ decision: 'INCONCLUSIVE', run: { nonce: 'mine' } });
    expect(verdict('there').reason).toContain("unknown option '--reporter'");
  });

  test('answers no command at all with 64 and its help', async () => {
    const end = await commandLine([]);
    expect(end.code).toBe(64);
    expect(end.err).toContain('Exit codes:');
  });

  test('takes back its mark on the report directory however it ends', async () => {
    await commandLine(['run']);
    await commandLine(['run', '--nope']);
    await commandLine(['merge', '--nonce', 'n']);
    expect(readdirSync(path.join(directory, 'greenlight-report'))).not.toContain('in-use.json');
  });

  test('refuses a phase for which the plan has no check', async () => {
    writePlan('');
    const end = await commandLine(['run', '--phase', 'watch']);
    expect(end.code, end.err).toBe(64);
    expect(end.err).toContain('watch');
  });

  test('names every secret that is not set', async () => {
    writePlan(`secrets: ['SHOP_KEY', 'SHOP_TOKEN']`);
    const end = await commandLine(['run']);
    expect(end.code).toBe(64);
    expect(end.err).toContain('SHOP_KEY');
    expect(end.err).toContain('SHOP_TOKEN');
  });

  test('refuses a live key and does not show it', async () => {
    writePlan(`secrets: ['SHOP_KEY']`);
    const end = await commandLine(['run'], { SHOP_KEY: `sk_${'live'}_4eC39HqLyjWDarjtT1` });
    expect(end.code).toBe(64);
    expect(end.err).toContain('LIVE_KEY');
    expect(end.err).not.toContain('4eC39HqLyjWDarjtT1');
    expect(JSON.stringify(verdict())).not.toContain('4eC39HqLyjWDarjtT1');
  });

  test('says INCONCLUSIVE where evidence cannot be used', async () => {
    writeFileSync(path.join(directory, 'evidence.json'), '{"schema":"greenlight/evi');
    const end = await commandLine(['judge', 'evidence.json']);
    expect(end.code).toBe(20);
    expect(end.err).toContain('EVIDENCE_INVALID');
  });

  test('says INCONCLUSIVE where Playwright is not installed', async () => {
    writePlan('');
    const end = await commandLine(['run']);
    expect(end.code, end.err).toBe(20);
    expect(end.err).toContain('playwright.config');
    expect(verdict().reason).toContain('playwright.config');
  });

  test('explains every command with examples, and the README has a row for it', async () => {
    const readme = readFileSync(path.resolve(import.meta.dirname, '../../../README.md'), 'utf8');
    const help = (await commandLine(['--help'])).out;
    const commands = [...(help.split('Commands:')[1] ?? '').matchAll(/^ {2}([a-z-]+) /gm)]
      .map(([, name]) => name ?? '')
      .filter((name) => name !== 'help');
    expect(commands).toContain('run');
    for (const command of commands) {
      const end = await commandLine([command, '--help']);
      expect(end.code, end.err).toBe(0);
      expect(end.out).toContain(`Examples:\n  $ greenlight ${command}`);
      expect(readme).toContain(`| \`greenlight ${command}`);
    }
  });

  test('lists the faults of the demo, one id first on each line', async () => {
    const end = await commandLine(['demo', '--list-faults']);
    expect(end.code, end.err).toBe(0);
    const ids = end.out
      .trimEnd()
      .split('\n')
      .map((line) => line.split(' ')[0]);
    expect(ids.length).toBeGreaterThanOrEqual(12);
    for (const id of ids) expect(id).toMatch(/^[a-z0-9]+(-[a-z0-9]+)*$/);
  });

  test('writes a project and never overwrites', async () => {
    writeFileSync(path.join(directory, 'playwright.config.mts'), '// mine');
    const end = await commandLine([
      'init',
      '--offline',
      '--url',
      'https://shop.example.com',
      '--name',
      'shop',
    ]);
    expect(end.code, end.err).toBe(0);
    expect(end.out).toMatch(/kept +playwright\.config\.mts/);
    expect(end.out).toMatch(/wrote +greenlight\.config\.mts/);
    expect(readFileSync(path.join(directory, 'playwright.config.mts'), 'utf8')).toBe('// mine');
    expect(readFileSync(path.join(directory, 'greenlight.config.mts'), 'utf8')).toContain(
      'https://shop.example.com',
    );
  });

  test('says that the address of `init` changes nothing in a plan that is there', async () => {
    const first = await commandLine(['init']);
    expect(first.err).not.toContain('had no effect');
    const again = await commandLine(['init', '--url', 'https://shop.example.com']);
    expect(again.code).toBe(0);
    expect(again.err).toContain('greenlight.config.mts was there and is as it was: --url had no effect');
    expect((await commandLine(['init'])).err).not.toContain('had no effect');
  });
});
