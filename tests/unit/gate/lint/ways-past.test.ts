import { describe, expect, test } from 'vitest';
import { lintFile } from '../../../../gate/lint/lint-file.ts';

const found = (...lines: readonly string[]): readonly string[] =>
  lintFile('deploy.sh', `${lines.join('\n')}\n`).map(({ rule, line }) => `${rule}:${line}`);

type Case = readonly [title: string, lines: readonly string[], expected: readonly string[]];

describe('an answer that gets lost where lines alone look right', () => {
  test.each<Case>([
    [
      'a function in a condition, in which set -e is off',
      ['set -e', 'verify() { greenlight run; echo done; }', 'if verify; then ./promote.sh; fi'],
      ['exit-code-lost:2'],
    ],
    [
      'a function in a condition whose else does nothing',
      ['set -e', 'verify() { greenlight run; }', 'if verify; then echo ok; fi', './promote.sh'],
      ['exit-code-lost:2'],
    ],
    [
      'a function that takes everything for good',
      ['run() { greenlight run "$@" || return 0; }', 'run --phase canary', './promote.sh'],
      ['exit-code-ignored:1'],
    ],
    ['a negation', ['set -e', '! npx greenlight run', './promote.sh'], ['exit-code-ignored:2']],
    [
      'a trap that promotes',
      ['set -e', 'trap ./promote.sh EXIT', 'greenlight run'],
      ['not-understood:2', 'runs-whatever-the-gate-said:2'],
    ],
    ['a trap that ends with 0', ['set -e', "trap 'exit 0' EXIT", 'greenlight run'], ['exit-code-lost:3']],
    ['a trap for errors', ['set -e', "trap 'exit 0' ERR", 'greenlight run'], ['exit-code-lost:3']],
    [
      'a condition that knows 10 alone, takes back, and then promotes',
      ['set -e', 'greenlight run || if [ $? -eq 10 ]; then ./rollback.sh; fi', './promote.sh'],
      ['exit-code-ignored:2', 'runs-whatever-the-gate-said:3'],
    ],
    [
      'one code that is let through',
      ['set -e', 'greenlight run || { code=$?; [ "$code" -eq 20 ] && exit 0; exit "$code"; }'],
      ['exit-code-ignored:2'],
    ],
    ['not 10', ['greenlight run', 'if [ $? -ne 10 ]; then exit 0; fi', 'exit 10'], ['exit-code-lost:1']],
    ['the left of &&', ['set -e', 'greenlight run && echo ok', './promote.sh'], ['exit-code-lost:2']],
    [
      'a shell of its own',
      ['set -e', "bash -c 'greenlight run; true'", './promote.sh'],
      ['exit-code-lost:2'],
    ],
    ['another machine', ['set -e', 'ssh ops "greenlight run; true"', './promote.sh'], ['exit-code-lost:2']],
    [
      'the second of two gates',
      ['set -e', 'greenlight run --phase canary', 'greenlight run || true'],
      ['exit-code-ignored:3'],
    ],
    [
      'a list in which one answer does not count',
      ['for t in a b; do greenlight run --target $t || failed=1; done', 'exit 0'],
      ['exit-code-ignored:1'],
    ],
    [
      'again until it passes',
      ['for i in 1 2 3; do greenlight run && break; sleep 5; done'],
      ['gate-run-again:1'],
    ],
    [
      'traffic that moves although the code is kept',
      ['code=0', 'greenlight run || code=$?', './promote.sh', 'exit $code'],
      ['runs-whatever-the-gate-said:3'],
    ],
  ])('%s', (_title, lines, expected) => expect(found(...lines)).toEqual(expected));
});

describe('what is not followed is told, never clean', () => {
  test.each<Case>([
    ['eval', ['set -e', 'eval "greenlight run"'], ['not-understood:2']],
    ['a sourced file', ['. ./env.sh', 'set -e', 'greenlight run'], ['not-understood:1']],
    ['a here-document', ['bash <<E', 'greenlight run', 'E'], ['not-understood:2']],
    ['a command in a variable', ['GL="npx greenlight"', '$GL run || true'], ['not-understood:2']],
    ['a command in an array', ['c=(npx greenlight run)', '"${c[@]}" || true'], ['not-understood:2']],
    ['an alias', ["alias gl='npx greenlight'", 'gl run || true', 'greenlight run'], ['not-understood:1']],
    [
      'a function that gets its command',
      ['again() { "$@" || "$@"; }', 'again greenlight run'],
      ['not-understood:1'],
    ],
    [
      'a function that nobody calls',
      ['set -e', 'verify() { greenlight run; }', './promote.sh'],
      ['not-understood:2'],
    ],
    ['xargs', ['set -e', 'xargs greenlight run <targets'], ['not-understood:2']],
    ['half of a script', ['set -e', 'greenlight run || {'], ['not-understood:2']],
  ])('%s', (_title, lines, expected) =>
    expect(found(...lines)).toEqual(expect.arrayContaining([...expected])),
  );
});

describe('what stops for every answer but GO stays clean', () => {
  test.each<readonly [title: string, lines: readonly string[]]>([
    [
      'a condition with an else',
      ['verify() { greenlight run; }', 'if verify; then ./promote.sh; else exit 1; fi'],
    ],
    [
      'a trap that clears up',
      ['set -e', 'tidy() { rm -rf x; }', 'trap tidy EXIT', 'greenlight run', './promote.sh'],
    ],
    ['a handler that ends', ['set -e', 'greenlight run || { echo no; exit 20; }', './promote.sh']],
    [
      'the decision',
      ['greenlight run || true', '[ "$(jq -r .decision verdict.json)" = GO ] || exit 1', './promote.sh'],
    ],
    ['the first of a pipe', ['greenlight run | tee log', 'exit ${PIPESTATUS[0]}']],
    [
      'every target',
      ['failed=0', 'for t in a b; do greenlight run --target $t || failed=1; done', 'exit $failed'],
    ],
    ['a list under set -e', ['set -e', 'for t in a b; do greenlight run --target $t; done', './promote.sh']],
    ['a limit of time', ['set -e', 'timeout 600 npx greenlight run', './promote.sh']],
    ['exec', ['exec greenlight run']],
    ['a subshell under set -e', ['set -e', '(greenlight run; true)', './promote.sh']],
    [
      'an expression of GitHub',
      ['set -e', 'greenlight run --commit ${{ github.sha }} --phase "${{ inputs.phase }}"'],
    ],
  ])('%s', (_title, lines) => expect(found(...lines)).toEqual([]));
});
