import { describe, expect, test } from 'vitest';
import { GreenlightError } from '../../../../contract/errors.ts';
import { lintFile } from '../../../../gate/lint/lint-file.ts';

const found = (name: string, text: string): readonly string[] =>
  lintFile(name, text).map(({ rule, line }) => `${rule}:${line}`);

const JOB =
  '{ backoffLimit: 0, template: { spec: { restartPolicy: Never, containers: [{ command: [greenlight, run] }] } } }';

describe('what is not followed to its end, or of a kind that is not known, is refused and never clean', () => {
  test.each([
    ['an alias inside of its anchor', 'x.yml', 'on: push\njobs: &j\n  verify: *j\n'],
    ['a list inside of itself', 'x.yml', 'on: push\njobs:\n  verify: &s\n    steps: [*s]\n'],
    ['a merge of itself', 'x.yml', 'a: &a\n  <<: *a\n  script: [greenlight run]\n'],
    ['an alias without anchor', 'x.yml', 'on: push\njobs:\n  verify: *nobody\n'],
    ['nesting without end', 'x.yml', `on: push\njobs: ${'{ a: '.repeat(5000)}1${' }'.repeat(5000)}\n`],
    [
      'aliases that multiply',
      'x.yml',
      `a0: &a0 [x, x, x]\n${Array.from({ length: 12 }, (_, n) => `a${n + 1}: &a${n + 1} [${`*a${n}, `.repeat(9)}]\n`).join('')}on: push\njobs: { a: { steps: *a12 } }\n`,
    ],
    [
      'a template that happens to be YAML',
      'x.yml',
      `apiVersion: batch/v1\nkind: Job\nspec: {{ .Values.spec }}\n`,
    ],
    ['Drone', 'x.yml', 'kind: pipeline\nsteps:\n  - name: a\n    commands: [greenlight run || true]\n'],
    ['Buildkite', 'x.yml', 'steps:\n  - command: greenlight run || true\n'],
    ['another shell', 'deploy', '#!/usr/bin/env fish\ngreenlight run; or true\n'],
    ['bytes', 'x.yml', '\u0000\u0001\ufffd\u0007'],
    [
      'a list of what is not known',
      'x.yml',
      'apiVersion: v1\nkind: List\nitems: [{ apiVersion: v1, kind: Service }]\n',
    ],
  ])('%s', (_title, name, text) => {
    expect(() => lintFile(name, text)).toThrow(GreenlightError);
    expect(() => lintFile(name, text)).toThrow(name);
  });

  test.each([
    ['bash', '#!/bin/bash'],
    ['env', '#!/usr/bin/env -S bash -eu'],
    ['dash', '#!/bin/dash -e'],
  ])('a script is known by its first line: %s', (_title, first) => {
    expect(found('deploy', `${first}\ngreenlight run || true\n`)).toContain('exit-code-ignored:2');
  });
});

test('line ends of Windows, a byte order mark and several documents move no line', () => {
  const workflow = 'on: push\njobs:\n  verify:\n    steps:\n      - run: greenlight run || true\n';
  expect(found('x.yml', workflow.replaceAll('\n', '\r\n'))).toEqual(['exit-code-ignored:5']);
  expect(found('x.yml', `\ufeff${workflow}`)).toEqual(['exit-code-ignored:5']);
  expect(found('x.yml', `kind: Service\napiVersion: v1\n---\n${workflow}---\n`)).toEqual([
    'exit-code-ignored:8',
  ]);
});

test('the objects of a List are looked at one by one', () => {
  const one = (spec: string): string => `  - apiVersion: batch/v1\n    kind: Job\n    spec: ${spec}\n`;
  const list = `apiVersion: v1\nkind: List\nitems:\n${one(JOB)}${one(JOB.replace('backoffLimit: 0, ', ''))}`;
  expect(found('x.yml', list)).toEqual(['job-backoff-limit:9']);
  expect(found('x.yml', `${list}${one(JOB.replace('greenlight', 'sleep'))}`)).toContain('gate-absent:10');
});

describe('GitLab puts a job together from several places', () => {
  test.each([
    [
      'a list of commands from an anchor',
      '.s: &s\n  - greenlight run || true\nverify:\n  script:\n    - *s\n    - echo done\n',
      ['exit-code-ignored:2'],
    ],
    [
      'an option from a template',
      '.quiet:\n  allow_failure: true\n  retry: 1\nverify:\n  extends: [.quiet]\n  script: [greenlight run]\n',
      ['gitlab-allow-failure:2', 'gate-run-again:3'],
    ],
    [
      'the command from a template',
      '.gate:\n  script: [greenlight run]\nverify:\n  extends: .gate\n  allow_failure: true\n',
      ['gitlab-allow-failure:5'],
    ],
    [
      'templates in a circle',
      'a:\n  extends: b\n  script: [greenlight run]\nb:\n  extends: a\n  retry: 2\n',
      ['gate-run-again:6'],
    ],
    [
      'an option of all jobs',
      'default:\n  retry: 2\nverify:\n  script: [greenlight run]\n',
      ['gate-run-again:2'],
    ],
    [
      'an option of a rule',
      'verify:\n  rules:\n    - if: $CI_COMMIT_TAG\n      allow_failure: true\n  script: [greenlight run]\n',
      ['gitlab-allow-failure:4'],
    ],
    ['a manual job', 'verify:\n  when: manual\n  script: [greenlight run]\n', ['gitlab-allow-failure:2']],
    [
      'a manual job that must pass',
      'verify:\n  when: manual\n  allow_failure: false\n  script: [greenlight run]\n',
      [],
    ],
    [
      'a gate after the job',
      'verify:\n  script: [make]\n  after_script: [greenlight run]\n',
      ['exit-code-ignored:3'],
    ],
    [
      'another job that may fail',
      'lint:\n  allow_failure: true\n  script: [make]\nverify:\n  script: [greenlight run]\n',
      [],
    ],
  ])('%s', (_title, text, expected) => {
    expect(found('x.yml', text)).toEqual(expected);
  });
});

describe('more ways to lose an exit code', () => {
  test.each([
    ['another true', 'greenlight run || /bin/true', ['exit-code-ignored:2']],
    ['a true in brackets', 'greenlight run || (exit 0)', ['exit-code-ignored:2']],
    ['a message instead', 'greenlight run || { echo failed; }', ['exit-code-ignored:2']],
    ['a message and an end', 'greenlight run || { echo failed; exit 20; }', []],
    ['on the next line', 'greenlight run ||\n  true', ['exit-code-ignored:2']],
    ['nobody waits', 'greenlight run &\n./switch.sh', ['exit-code-ignored:2']],
    ['a file for both outputs', 'greenlight run >log 2>&1\n./switch.sh', []],
    ['inside of another command', 'echo "$(greenlight run --json)"\n./switch.sh', ['exit-code-ignored:2']],
    ['inside of export', 'export V=$(greenlight run --json)\n./switch.sh', ['exit-code-ignored:2']],
    ['inside of an assignment, which keeps it', 'V=$(greenlight run --json)\n./switch.sh', []],
    ['until it passes', 'until greenlight run; do sleep 60; done', ['gate-run-again:2']],
    ['a version of the package', 'npx greenlight@1.2.3 run || true', ['exit-code-ignored:2']],
    ['the long word for it', 'set +o errexit\ngreenlight run\n./switch.sh', ['exit-code-lost:3']],
    [
      'the route of Argo',
      'curl --fail "https://gate/v1/argo?target=shop&commit=$C"\n./switch.sh',
      ['status-not-asked-for:2'],
    ],
  ])('%s', (_title, commands, expected) => {
    expect(found('deploy.sh', `set -e\n${commands}\n`)).toEqual(expected);
  });

  test.each([
    ['bash {0}', ['exit-code-lost:7']],
    ['pwsh', ['exit-code-lost:7']],
    ['bash -e {0}', []],
    ['sh', []],
  ])('GitHub, shell: %s', (shell, expected) => {
    const step = ['- shell: ' + shell, '  run: |', '    greenlight run', '    ./switch.sh'];
    const text = ['on: push', 'jobs:', '  verify:', '    steps:', ...step.map((line) => `      ${line}`), ''];
    expect(found('x.yml', text.join('\n'))).toEqual(expected);
  });
});
