import { execFile } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ROUTES } from '../../../gate/mechanisms/index.ts';
import { TARGET } from '../gate/verdicts.ts';
import { startCalledBack } from './called-back.ts';
import {
  CONFORMANCE,
  type Conformance,
  type Consumer,
  CONSUMERS,
  type Does,
  type Heard,
} from './consumers.ts';
import { type Situation, SITUATIONS, type Situations, startSituations } from './situations.ts';

const ROOT = path.resolve(import.meta.dirname, '../../..');
const PAGE = path.join(ROOT, 'docs/deploy/conformance.md');
const UPDATE = process.env['UPDATE_DOCS'] === '1';
const run = promisify(execFile);

let situations: Situations;
let calledBack: Awaited<ReturnType<typeof startCalledBack>>;
beforeAll(async () => {
  situations = await startSituations();
  calledBack = await startCalledBack();
});
afterAll(async () => {
  await situations.close();
  await calledBack.close();
});

async function hear(consumer: Consumer, situation: Situation): Promise<Heard> {
  const at = `${situations.whereIs(situation)}${consumer.route}`;
  const question = { target: TARGET, nonce: situation };
  try {
    const response =
      consumer.body !== undefined
        ? await fetch(at, { method: consumer.method, body: JSON.stringify(consumer.body(question)) })
        : await fetch(`${at}?${new URLSearchParams(question).toString()}`, { method: consumer.method });
    return { status: response.status, body: await response.text() };
  } catch {
    // That nothing answers is the situation under test.
    return 'nothing';
  }
}

/** Whether a consumer moves traffic here although Greenlight did not say so: it is someone else's answer. */
const isHole = ({ believesAnyPage }: Consumer, situation: Situation): boolean =>
  believesAnyPage === true && situation === 'proxy answers HTML';

test('every address of the gate has a consumer in the matrix', () => {
  // The script of shell.md asks /v1/verdict.
  const asked = new Set(['/v1/verdict', ...CONSUMERS.map(({ route }) => route)]);
  expect(ROUTES.map(({ path: at }) => at).filter((at) => !asked.has(at))).toEqual([]);
});

describe.each(CONSUMERS)('$name', (consumer) => {
  test.each(SITUATIONS)('%s', async (situation) => {
    const does = consumer.does(await hear(consumer, situation));
    if (isHole(consumer, situation)) return expect(['passes', 'takes back']).toContain(does);
    if (does === 'passes') expect(situation).toBe('GO');
    if (does === 'takes back') expect(situation).toBe('NO_GO');
    if (situation === 'GO') expect(does).toBe(consumer.route.endsWith('/rollback') ? 'stays' : 'passes');
    if (situation === 'NO_GO') expect(['takes back', 'stops', 'waits']).toContain(does);
  });
});

/** The very script of the documentation, with the real curl and jq. */
async function askWithCurl(situation: Situation): Promise<Does> {
  const page = readFileSync(path.join(ROOT, 'docs/deploy/shell.md'), 'utf8');
  const [, , script = ''] = page.split(/^```sh\n/m).map((part) => part.split(/^```/m)[0]);
  expect(script).toContain('curl');
  const directory = mkdtempSync(path.join(tmpdir(), 'greenlight-curl-'));
  try {
    writeFileSync(path.join(directory, 'promote.sh'), '#!/bin/sh\necho promoted\n');
    chmodSync(path.join(directory, 'promote.sh'), 0o755);
    const here = script
      .replace('https://gate.example.com:8484', situations.whereIs(situation))
      .replace('target=shop&commit=$COMMIT', `target=${encodeURIComponent(TARGET)}`);
    const env = {
      PATH: '/usr/local/bin:/usr/bin:/bin',
      GATE_TOKEN: 'x',
      DEPLOY_ID: encodeURIComponent(situation),
    };
    const { stdout } = await run('sh', ['-c', here], { cwd: directory, env });
    return stdout.includes('promoted') ? 'passes' : 'stops';
  } catch {
    // A script that ends with anything but 0 stops the deploy.
    return 'stops';
  } finally {
    rmSync(directory, { recursive: true });
  }
}

const CURL_MEANS: Consumer['means'] = { passes: 'promotes', stops: 'ends with an error' };

test.each(SITUATIONS)('curl and jq, as in shell.md: %s', async (situation) => {
  expect(await askWithCurl(situation)).toBe(situation === 'GO' ? 'passes' : 'stops');
});

test.each(SITUATIONS)('those that are called back: %s', async (situation) => {
  for (const consumer of calledBack.consumers) {
    expect((await consumer.does(situation)) === 'passes').toBe(situation === 'GO');
  }
});

test('docs/deploy/conformance.md is this matrix', async () => {
  const rows: string[] = [];
  const row = (cells: readonly string[]): void => void rows.push(`| ${cells.join(' | ')} |`);
  row(['consumer', ...SITUATIONS]);
  row(['consumer', ...SITUATIONS].map(() => '---'));
  for (const consumer of CONSUMERS) {
    const cells: string[] = [];
    for (const situation of SITUATIONS) {
      const does = consumer.does(await hear(consumer, situation));
      const hole = isHole(consumer, situation) ? '⚠ ' : '';
      cells.push(`${hole}${consumer.means[does] ?? does}`);
    }
    row([consumer.name, ...cells]);
  }
  const curl: string[] = [];
  for (const situation of SITUATIONS) curl.push(CURL_MEANS[await askWithCurl(situation)] ?? '');
  row(['curl and jq, as in [shell.md](shell.md)', ...curl]);
  for (const consumer of calledBack.consumers) {
    const cells: string[] = [];
    for (const situation of SITUATIONS) cells.push(consumer.means[await consumer.does(situation)] ?? '');
    row([consumer.name, ...cells]);
  }
  const checked: readonly Conformance[] = Object.values(CONFORMANCE);
  const byCode: string[] = [
    '| mechanism | GO (0) | NO_GO (10) | INCONCLUSIVE (20), any other code | run under way |',
    '| --- | --- | --- | --- | --- |',
    ...checked.flatMap(({ byExitCode }) => byExitCode).map((cells) => `| ${cells.join(' | ')} |`),
  ];
  const neverRun = checked.flatMap(({ neverRun: name }) => name ?? []).join(', ');
  const checkedWith = [
    ...checked.flatMap(({ checkedWith: rows }) => rows),
    [
      neverRun,
      '**not run** in these services: their files are parsed and linted, the rows state their documentation',
    ],
  ].map((cells) => `| ${cells.join(' | ')} |`);
  const text = `# What every consumer makes of every answer

Generated by \`tests/unit/docs/conformance.test.ts\`, which asks a real gate over HTTP in every situation.

## Through the gate

${rows.join('\n')}

⚠ is a hole on the consumer's side: somebody who is not the gate answers 200 for it. Flagger looks at the status alone,
and Argo Rollouts up to 1.9.1 takes a body that is not JSON for a success. Send them to the gate directly, over TLS, and
let no login page stand in between.

## By exit code

${byCode.join('\n')}

## What was run with a real client, and what was not

| rows | checked with |
| --- | --- |
${checkedWith.join('\n')}
`;
  if (UPDATE) writeFileSync(PAGE, text);
  expect(readFileSync(PAGE, 'utf8'), 'UPDATE_DOCS=1 npx vitest run tests/unit/docs/conformance.test.ts').toBe(
    text,
  );
});
