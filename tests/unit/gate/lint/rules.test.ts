import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { Writable } from 'node:stream';
import { describe, expect, test } from 'vitest';
import { lintFile } from '../../../../gate/lint/lint-file.ts';
import { runCommandLine } from '../../../../scripts/program.ts';
import { createScreen } from '../../../../safety/screen.ts';
import { RULES } from '../../../../gate/mechanisms/index.ts';

const ROOT = path.resolve(import.meta.dirname, '../../../..');
const FIXTURES = path.join(import.meta.dirname, 'fixtures');

function example(rule: string, kind: 'bad' | 'good'): { readonly name: string; readonly text: string } {
  const name = readdirSync(path.join(FIXTURES, rule)).find((file) => file.startsWith(`${kind}.`)) ?? '';
  return { name, text: readFileSync(path.join(FIXTURES, rule, name), 'utf8') };
}

describe.each(RULES.map((rule) => rule.id))('%s', (id) => {
  test('is found on the marked lines, and nothing else is', () => {
    const { name, text } = example(id, 'bad');
    const marked = text.split('\n').flatMap((line, index) => (line.endsWith('# HERE') ? [index + 1] : []));
    expect(marked).not.toEqual([]);
    const found = lintFile(name, text);
    expect(found.map(({ rule, line }) => ({ rule, line }))).toEqual(
      marked.map((line) => ({ rule: id, line })),
    );
  });

  test('is not found where it was put right', () => {
    const { name, text } = example(id, 'good');
    expect(lintFile(name, text)).toEqual([]);
  });
});

test('every rule has a folder of examples and a file of its own, and there are no others', () => {
  const ids = RULES.map((rule) => rule.id).sort();
  expect(readdirSync(FIXTURES).sort()).toEqual(ids);
  const files = ['gate/lint/rules', 'gate/mechanisms']
    .flatMap((folder) => readdirSync(path.join(ROOT, folder), { recursive: true, encoding: 'utf8' }))
    .map((file) => path.basename(file, '.ts'));
  expect(files).toEqual(expect.arrayContaining(ids));
});

test('the files in deploy/ are clean', () => {
  for (const file of ['github-synthetic.yml', 'kubernetes-cronjob.yml']) {
    expect(lintFile(file, readFileSync(path.join(ROOT, 'deploy', file), 'utf8'))).toEqual([]);
  }
});

describe('shell', () => {
  const lint = (...lines: readonly string[]): readonly string[] =>
    lintFile('deploy.sh', `${lines.join('\n')}\n`).map(({ rule, line }) => `${rule}:${line}`);

  test.each([
    ['rolls back on any code', ['set -e', 'greenlight run || ./rollback.sh'], ['rollback-on-any-failure:2']],
    [
      'rolls back on any code, with if',
      ['if ! greenlight run; then', '  kubectl rollout undo deployment/shop', 'fi'],
      ['rollback-on-any-failure:2'],
    ],
    [
      'rolls back on 10',
      ['greenlight run', 'code=$?', 'if [ $code -eq 10 ]; then ./rollback.sh; fi', 'exit $code'],
      [],
    ],
    [
      'rolls back in a case, and ends with 0 for what nobody could tell',
      ['greenlight run', 'case $? in', '  10) ./rollback.sh ;;', 'esac'],
      ['exit-code-lost:1'],
    ],
    [
      'rolls back in a case, and stops for the rest',
      ['greenlight run', 'case $? in', '  0) ;;', '  10) ./rollback.sh ;;', '  *) exit 1 ;;', 'esac'],
      [],
    ],
    ['throws the code away', ['set -e', 'greenlight run || exit 0'], ['exit-code-ignored:2']],
    ['switches errors off', ['set -e', 'set +e', 'greenlight run', './switch.sh'], ['exit-code-lost:3']],
    ['carries on over two lines', ['greenlight run \\', '  --phase canary || true'], ['exit-code-ignored:1']],
    ['says so in a comment', ['set -e', 'greenlight run # not || true'], []],
    [
      'asks for not NO_GO',
      ['greenlight run', 'test "$(jq -r .decision verdict.json)" != NO_GO'],
      ['exit-code-lost:1', 'negated-verdict:2'],
    ],
    ['does not verify the gate', ['curl -fk https://gate/v1/verdict?target=shop'], ['tls-not-verified:1']],
    ['has no gate', ['./switch-traffic.sh'], ['gate-absent:1']],
  ] satisfies readonly (readonly [string, readonly string[], readonly string[]])[])(
    '%s',
    (_title, lines, expected) => {
      expect(lint(...lines)).toEqual(expected);
    },
  );
});

describe('other mechanisms', () => {
  const rules = (text: string): readonly string[] =>
    lintFile('x.yml', text).map(({ rule, line }) => `${rule}:${line}`);

  test('GitLab: a job that rolls back when anything failed, and anchors are followed', () => {
    const text = [
      '.gate: &gate',
      '  allow_failure: true',
      'verify:',
      '  <<: *gate',
      '  script: [npx greenlight run]',
      'back:',
      '  when: on_failure',
      '  script: [./rollback.sh]',
    ];
    expect(rules(text.join('\n'))).toEqual(['gitlab-allow-failure:2', 'rollback-on-any-failure:7']);
  });

  test('Azure: a stage that rolls back when anything failed, and one that always runs', () => {
    const text = [
      'stages:',
      '  - stage: verify',
      '    jobs: [{ job: a, steps: [{ script: npx greenlight run }] }]',
      '  - stage: back',
      '    dependsOn: verify',
      '    condition: failed()',
      '    jobs: [{ job: b, steps: [{ script: az webapp deployment slot swap --action reset }] }]',
      '  - stage: on',
      '    dependsOn: verify',
      '    condition: always()',
      '    jobs: [{ job: c, steps: [{ script: ./switch.sh }] }]',
    ];
    expect(rules(text.join('\n'))).toEqual(['rollback-on-any-failure:6', 'runs-whatever-the-gate-said:10']);
  });

  test('Kubernetes: a CronJob, a shell in a container, and a job that an analysis starts', () => {
    const container = 'containers: [{ name: a, command: [sh, -c, "greenlight run || true"] }]';
    const job = `{ backoffLimit: 0, template: { spec: { restartPolicy: Never, ${container} } } }`;
    const cron = `apiVersion: batch/v1\nkind: CronJob\nspec:\n  jobTemplate:\n    spec: ${job}\n`;
    expect(rules(cron)).toEqual(['exit-code-ignored:5']);
    const metric = `- name: a\n      provider: { job: { spec: ${job.replace('backoffLimit: 0, ', '')} } }`;
    const analysis = `apiVersion: argoproj.io/v1alpha1\nkind: AnalysisTemplate\nspec:\n  metrics:\n    ${metric}\n`;
    expect(rules(`${cron.replace(' || true', '')}---\n${analysis}`)).toEqual([
      'exit-code-ignored:12',
      'job-backoff-limit:12',
    ]);
  });
});

describe('greenlight lint-gate', () => {
  const lintGate = async (...args: readonly string[]): Promise<{ code: number; out: string }> => {
    let out = '';
    const stream = new Writable({
      write(chunk: Buffer, _encoding, done) {
        out += chunk.toString();
        done();
      },
    });
    const screen = createScreen({ out: stream, err: stream, env: {} });
    const interrupted = new AbortController().signal;
    const code = await runCommandLine(['lint-gate', ...args], {
      screen,
      env: {},
      cwd: FIXTURES,
      interrupted,
    });
    return { code, out };
  };

  test('ends with 20 for findings, 0 for none, and 64 for what it cannot read', async () => {
    const bad = await lintGate('negated-verdict/bad.yml', 'negated-verdict/good.yml');
    expect(bad.code).toBe(20);
    expect(bad.out).toMatch(/^negated-verdict\/bad\.yml:\d+ {2}negated-verdict\n .*\n {4}-> .*'GO'/);
    expect((await lintGate('negated-verdict/good.yml')).code).toBe(0);
    expect((await lintGate('negated-verdict/good.yml', 'nowhere.yml')).code).toBe(64);
    expect((await lintGate('.')).code).toBe(64);
    expect((await lintGate()).code).toBe(64);
  });

  test('prints JSON', async () => {
    const { out } = await lintGate('--json', 'negated-verdict/bad.yml');
    expect(JSON.parse(out)).toMatchObject({ findings: [{ rule: 'negated-verdict' }] });
  });
});

describe('files that cannot be looked at are refused, never clean', () => {
  test.each([
    ['nothing', ''],
    ['another kind', 'apiVersion: v1\nkind: Service\n'],
    ['no mapping', '- 1\n- 2\n'],
    ['a template', 'kind: Job\nspec:\n  backoffLimit: {{ .Values.limit }}\n  {{- if x }}\n'],
    ['broken YAML', 'on: [push\njobs: {}\n'],
  ])('%s', (_title, text) => {
    expect(() => lintFile('x.yml', text)).toThrow(/x\.yml/);
  });
});
