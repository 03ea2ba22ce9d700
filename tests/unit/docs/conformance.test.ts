import { execFile } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { TARGET } from '../gate/verdicts.ts';
import { startCalledBack } from './called-back.ts';
import { type Consumer, CONSUMERS, type Does, type Heard } from './consumers.ts';
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
      consumer.method === 'POST'
        ? await fetch(at, {
            method: 'POST',
            body: JSON.stringify({
              name: 'shop',
              namespace: 'n',
              phase: 'Progressing',
              checksum: 'c',
              metadata: question,
            }),
          })
        : await fetch(`${at}?${new URLSearchParams(question).toString()}`);
    return { status: response.status, body: await response.text() };
  } catch {
    // That nothing answers is the situation under test.
    return 'nothing';
  }
}

/** Cells in which a consumer moves traffic although Greenlight did not say so. All of them are someone else's answer. */
const HOLES = [
  ...[
    'pre-rollout',
    'rollout',
    'confirm-rollout',
    'confirm-promotion',
    'confirm-traffic-increase',
    'rollback',
  ].map((hook) => `Flagger \`${hook}\`: proxy answers HTML`),
  'Argo Rollouts `web`, up to 1.9.1: proxy answers HTML',
  'Azure DevOps check, criteria forgotten: proxy answers HTML',
];

describe.each(CONSUMERS)('$name', (consumer) => {
  test.each(SITUATIONS)('%s', async (situation) => {
    const does = consumer.does(await hear(consumer, situation));
    if (HOLES.includes(`${consumer.name}: ${situation}`))
      return expect(['passes', 'takes back']).toContain(does);
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

/** Mechanisms that start the run themselves: there is no gate that could be down. */
const BY_EXIT_CODE: readonly (readonly [
  name: string,
  go: string,
  noGo: string,
  inconclusive: string,
  pending: string,
])[] = [
  ['Shell script of shell.md', 'promotes', 'rolls back', 'stops', 'waits'],
  ['GitHub Actions', 'promotes', 'rolls back', 'job fails', 'waits'],
  ['GitLab CI', 'promotes', 'rolls back', 'job fails', 'waits'],
  ['Kubernetes Job', 'complete', 'failed, code 10', 'failed, code 20', 'running'],
  ['AWS CodeDeploy, EC2 hook', 'goes on', 'deployment fails', 'deployment fails', 'waits, an hour at most'],
];

test('docs/deploy/conformance.md is this matrix', async () => {
  const rows: string[] = [];
  const row = (cells: readonly string[]): void => void rows.push(`| ${cells.join(' | ')} |`);
  row(['consumer', ...SITUATIONS]);
  row(['consumer', ...SITUATIONS].map(() => '---'));
  for (const consumer of CONSUMERS) {
    const cells: string[] = [];
    for (const situation of SITUATIONS) {
      const does = consumer.does(await hear(consumer, situation));
      const hole = HOLES.includes(`${consumer.name}: ${situation}`) ? '⚠ ' : '';
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
  const byCode: string[] = [
    '| mechanism | GO (0) | NO_GO (10) | INCONCLUSIVE (20), any other code | run under way |',
    '| --- | --- | --- | --- | --- |',
    ...BY_EXIT_CODE.map((cells) => `| ${cells.join(' | ')} |`),
  ];
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
| curl and jq | the script of shell.md, run by a real shell, curl and jq against a real gate |
| Shell script of shell.md | run by a real shell with every exit code (\`tests/unit/docs/deploy-pages.test.ts\`) |
| GitHub Actions | the script of action.yml, run by a real bash with every exit code; the workflow around it was **not run** on GitHub |
| Flagger | every cell with the webhook client of Flagger 1.44.0 itself, run with GREENLIGHT_REAL_CLIENTS=1 where Go and its modules can be had (\`tests/contracts/gate-clients\`); what the controller then does with its answer is its documentation's word |
| Argo Rollouts \`web\`, up to 1.9.1 | every cell with the web metric provider of Argo Rollouts 1.9.1 itself and the metric of [argo-rollouts.md](argo-rollouts.md), run with GREENLIGHT_REAL_CLIENTS=1 where Go and its modules can be had; what the controller then does with the measurement is its documentation's word |
| Argo Rollouts \`web\`, later | **not run**: no release has the correction yet |
| Azure DevOps check, called back | the gate itself against a stand-in for Azure DevOps; **not run** in the service |
| AWS CodeDeploy, function of a hook | the function itself against a real gate, its report with the AWS SDK against a stand-in; **not run** in the service |
| Azure DevOps, GitLab CI, Kubernetes Job, AWS CodeDeploy | **not run** in these services: their files are parsed and linted, the rows state their documentation |
`;
  if (UPDATE) writeFileSync(PAGE, text);
  expect(readFileSync(PAGE, 'utf8'), 'UPDATE_DOCS=1 npx vitest run tests/unit/docs/conformance.test.ts').toBe(
    text,
  );
});
