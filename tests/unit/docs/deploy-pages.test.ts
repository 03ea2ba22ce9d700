import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import pc from 'picocolors';
import { parse } from 'yaml';
import { lintFile } from '../../../gate/lint/lint-file.ts';
import { MECHANISMS, RULES } from '../../../gate/mechanisms/index.ts';
import { PUBLISHERS } from '../../../reporters/publishers/index.ts';
import type { Screen } from '../../../safety/screen.ts';
import { GITHUB_OUTPUTS } from '../../../reporters/renderers/github/outputs.ts';
import { expectPart, expectTable } from './expect-table.ts';

const ROOT = path.resolve(import.meta.dirname, '../../..');
const PAGES = path.join(ROOT, 'docs/deploy');
const pages = readdirSync(PAGES).filter((name) => name !== 'conformance.md');
const page = (name: string): string => readFileSync(path.join(PAGES, name), 'utf8');

interface Example {
  readonly name: string;
  readonly language: string;
  readonly text: string;
}

function examplesOf(name: string): readonly Example[] {
  return [...page(name).matchAll(/^```(\w+)\n(.*?)^```$/gms)].map(([, language = '', text = ''], index) => ({
    name: `${name} ${index + 1}.${language === 'yaml' ? 'yml' : language}`,
    language,
    text,
  }));
}

const SILENT: Screen = {
  out: () => undefined,
  err: () => undefined,
  command: () => undefined,
  transient: () => undefined,
  paint: pc.createColors(false),
  colour: false,
  terminal: false,
  protect: () => undefined,
  clean: (text) => text,
};

interface GithubFile {
  readonly jobs: { readonly shard: { readonly strategy: unknown } };
}
interface GitlabFile {
  readonly shard: { readonly parallel: number };
}
interface JobFile {
  readonly spec: {
    readonly completionMode?: string;
    readonly completions?: number;
    readonly parallelism?: number;
    readonly template: {
      readonly spec: { readonly containers: readonly { readonly args: readonly string[] }[] };
    };
  };
}

describe.each(pages)('docs/deploy/%s', (name) => {
  test('shows complete files, and lint-gate finds nothing in them', () => {
    const examples = examplesOf(name);
    expect(examples).not.toEqual([]);
    for (const example of examples) {
      expect(['yaml', 'sh']).toContain(example.language);
      expect(lintFile(example.name, example.text), example.text).toEqual([]);
    }
  });

  test('its shell scripts are shell', () => {
    for (const { text } of examplesOf(name).filter(({ language }) => language === 'sh')) {
      execFileSync('sh', ['-n'], { input: text });
    }
  });
});

/** Pages about all mechanisms. */
const TOPICS = [
  ['several machines', 'exit code of `greenlight merge`', 'sharding'],
  ['a container', 'exit code, or gate', 'image'],
  ['a machine of its own', 'signed proof of a GO', 'verify'],
  ['people and other services', 'messages about the verdict', 'callbacks'],
] as const;

test('every mechanism has a page of its name, and the overview is the list of them', () => {
  const mechanisms = Object.entries(MECHANISMS).map(
    ([name, { title, hears }]) => [title, hears, name] as const,
  );
  const listed = [...mechanisms, ...TOPICS];
  expect(listed.map(([, , name]) => `${name}.md`).sort()).toEqual(
    pages.filter((name) => name !== 'README.md').sort(),
  );
  expectTable(
    'docs/deploy/README.md',
    ['mechanism', 'how it hears the verdict', 'page'],
    listed.map(([title, hears, name]) => [title, hears, `[${name}.md](${name}.md)`]),
  );
});

test('callbacks.md lists every publisher, and each of its settings', () => {
  const told = Object.entries(PUBLISHERS).flatMap(([name, { told: row, needed }]) =>
    'does' in row ? [{ name, row, needed: Object.keys(needed) }] : [],
  );
  for (const { row, needed } of told)
    for (const variable of needed) expect(row.settings).toContain(`\`${variable}\``);
  expectTable(
    'docs/deploy/callbacks.md',
    ['name', 'settings in the environment', 'what it does'],
    told.map(({ name, row }) => [`\`${name}\``, row.settings, row.does]),
  );
});

test('the overview says how many rules there are', () => {
  expectPart('docs/deploy/README.md', /looks for \d+ ways/, `looks for ${RULES.length} ways`);
});

describe('sharding.md', () => {
  const examples = examplesOf('sharding.md');

  test('uses only options that the commands have', async () => {
    const { runCommandLine } = await import('../../../scripts/program.ts');
    for (const command of ['run', 'merge']) {
      let help = '';
      const screen = { ...SILENT, out: (text: string) => (help += text) };
      const context = { screen, env: {}, cwd: ROOT, interrupted: new AbortController().signal };
      await runCommandLine([command, '--help'], context);
      const uses = examples
        .flatMap(({ text }) => text.replace(/\\\n/g, ' ').split('\n'))
        .flatMap((line) => new RegExp(`greenlight ${command} (.*)`).exec(line)?.[1] ?? []);
      expect(uses.length).toBeGreaterThan(3);
      for (const option of uses.flatMap((use) => use.match(/ --[a-z-]+/g) ?? []))
        expect(help).toContain(option);
    }
  });

  test('starts as many shards as it names, and numbers them from 1', () => {
    const [github, gitlab, kubernetes] = examples
      .filter(({ language }) => language === 'yaml')
      .map(({ text }) => parse(text) as unknown) as [GithubFile, GitlabFile, JobFile];
    expect(github.jobs.shard.strategy).toEqual({ 'fail-fast': false, matrix: { shard: [1, 2, 3, 4, 5] } });
    expect(gitlab.shard.parallel).toBe(5);
    const { spec } = kubernetes;
    expect([spec.completionMode, spec.completions, spec.parallelism]).toEqual(['Indexed', 5, 5]);
    const [script] = spec.template.spec.containers[0]?.args ?? [];
    const shown = spawnSync(
      'sh',
      ['-c', (script ?? '').replace('exec node_modules/.bin/greenlight', 'echo')],
      {
        env: { JOB_COMPLETION_INDEX: '4' },
        encoding: 'utf8',
      },
    );
    expect(shown.stdout).toContain('run --shard 5/5 --nonce deploy-4711 ');
  });

  test.each([
    [0, 0, 0],
    [64, 0, 0],
    [20, 20, 20],
    [0, 10, 10],
  ])(
    'the Job of the verdict merges also after a load that ended with %i, and ends with %i',
    (load, merge, ends) => {
      const [, , , verdict] = examples
        .filter(({ language }) => language === 'yaml')
        .map(({ text }) => parse(text) as JobFile);
      const directory = mkdtempSync(path.join(tmpdir(), 'greenlight-shards-'));
      try {
        mkdirSync(path.join(directory, 'node_modules/.bin'), { recursive: true });
        const program = path.join(directory, 'node_modules/.bin/greenlight');
        writeFileSync(program, `#!/bin/sh\nif [ "$1" = merge ]; then exit ${merge}; fi\nexit ${load}\n`);
        chmodSync(program, 0o755);
        const [script = ''] = verdict?.spec.template.spec.containers[0]?.args ?? [];
        expect(spawnSync('sh', ['-c', script], { cwd: directory }).status).toBe(ends);
      } finally {
        rmSync(directory, { recursive: true });
      }
    },
  );
});

describe('shell.md', () => {
  test.each([
    [0, ['promote']],
    [10, ['roll-back']],
    [1, []],
    [20, []],
    [127, []],
    [137, []],
  ])('the script acts rightly on exit code %i, and ends with it', (code, acted) => {
    const directory = mkdtempSync(path.join(tmpdir(), 'greenlight-docs-'));
    try {
      const script = examplesOf('shell.md')[0]?.text ?? '';
      const program = (name: string, body: string): void => {
        writeFileSync(path.join(directory, name), `#!/bin/sh\n${body}\n`);
        chmodSync(path.join(directory, name), 0o755);
      };
      program('greenlight', `exit ${code}`);
      program('promote.sh', 'echo promote');
      program('roll-back.sh', 'echo roll-back');
      const end = spawnSync('sh', ['-c', script], {
        cwd: directory,
        env: { PATH: `${directory}:/usr/bin:/bin`, RELEASE: '1', COMMIT: 'a', DEPLOY_ID: 'd' },
        encoding: 'utf8',
      });
      expect([end.status, end.stdout.split('\n').filter(Boolean)]).toEqual([code, acted]);
    } finally {
      rmSync(directory, { recursive: true });
    }
  });
});

describe('the script of README.md', () => {
  const readme = readFileSync(path.join(ROOT, 'README.md'), 'utf8');
  const [, script = ''] = /^```sh\n(.*?)^```$/ms.exec(readme) ?? [];

  test('would be let pass by lint-gate', () => {
    expect(script).toContain('greenlight run');
    expect(lintFile('readme.sh', script)).toEqual([]);
  });

  test.each([
    [0, ['traffic stays']],
    [10, ['rolled back']],
    [1, []],
    [20, []],
    [137, []],
  ])('acts rightly on exit code %i, and ends with it, also with set -e', (code, said) => {
    const directory = mkdtempSync(path.join(tmpdir(), 'greenlight-readme-'));
    try {
      const program = (name: string, body: string): void => {
        writeFileSync(path.join(directory, name), `#!/bin/sh\n${body}\n`);
        chmodSync(path.join(directory, name), 0o755);
      };
      program('npx', `exit ${code}`);
      program('roll-back.sh', 'echo rolled back');
      const end = spawnSync('sh', ['-ec', script], {
        cwd: directory,
        env: { PATH: `${directory}:/usr/bin:/bin`, VERSION: '1', SHA: 'a' },
        encoding: 'utf8',
      });
      expect([end.status, end.stdout.split('\n').filter(Boolean)]).toEqual([code, said]);
    } finally {
      rmSync(directory, { recursive: true });
    }
  });
});

describe('action.yml', () => {
  interface Action {
    readonly outputs: Record<string, { value: string }>;
    readonly runs: { steps: { id: string; run: string; env: Record<string, string> }[] };
  }
  const text = readFileSync(path.join(ROOT, 'action.yml'), 'utf8');
  const action = parse(text) as Action;

  test('is clean, hands over every output, and puts no input into its script', () => {
    expect(lintFile('action.yml', text)).toEqual([]);
    const values = Object.entries(action.outputs).map(([name, { value }]) => [name, value]);
    expect(values.sort()).toEqual(
      GITHUB_OUTPUTS.map((name) => [name, `\${{ steps.run.outputs.${name} }}`]).sort(),
    );
    for (const { run } of action.runs.steps) expect(run).not.toContain('${{');
  });

  test.each([0, 10, 20, 64])('ends with the exit code of the run: %i', (code) => {
    const directory = mkdtempSync(path.join(tmpdir(), 'greenlight-action-'));
    try {
      writeFileSync(path.join(directory, 'npx'), `#!/bin/sh\nprintf '%s\\n' "$@"\nexit ${code}\n`);
      chmodSync(path.join(directory, 'npx'), 0o755);
      const [step] = action.runs.steps;
      const inputs = Object.fromEntries(Object.keys(step?.env ?? {}).map((name) => [name, '']));
      const end = spawnSync('bash', ['--noprofile', '--norc', '-eo', 'pipefail', '-c', step?.run ?? ''], {
        env: {
          ...inputs,
          PATH: `${directory}:/usr/bin:/bin`,
          INPUT_PHASE: 'canary',
          INPUT_RELEASE: '1.0 $(id); `id`',
          INPUT_COMMIT: 'abc',
        },
        encoding: 'utf8',
      });
      expect(end.status).toBe(code);
      expect(end.stdout).toContain('--no-install\ngreenlight\nrun\n--phase\ncanary\n');
      expect(end.stdout).toContain('--release\n1.0 $(id); `id`\n--commit\nabc\n');
    } finally {
      rmSync(directory, { recursive: true });
    }
  });
});
