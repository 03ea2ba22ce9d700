import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { newKeyPair } from '../../signing/key-file.ts';
import { answersGo, type HazardGroup, ownPlan, printsAndEnds } from './hazard.ts';

/** A plan that creates a customer, and undoes it as told. */
const creates = (undo: string) =>
  ownPlan(`flows: [flow('visitor-can-register', { title: 'A visitor can register' }).request('register', {
    request: (ctx) => ({ method: 'POST', path: '/customers', json: { mail: ctx.unique() } }),
    creates: (ctx) => ({ kind: 'customer', identity: ctx.unique() }) })],
  created: { customer: { undo: (id) => flow('undo', { title: 'Undo' }).request('delete', {
    request: (ctx) => (${undo}) }) } },`);
const UNDO = `{ method: 'DELETE', path: '/customers/' + id }`;

const SIGNED_OFF = 'qa/sign-offs/contract.pdf';

const STATEMENT = `policy: { 'post-cutover': { attestations: [
  { id: 'backup-was-restored', title: 'The backup was restored', role: 'DBA' }] } },`;

/** Files and processes besides the answer: what is left, whose it is, and who changed it. */
export const leftBehind: HazardGroup = {
  title: 'What is left behind, and what is not ours',
  lead: 'The target is healthy. What was created is never forgotten, what belongs to others is never touched, and what was edited is never signed.',
  hazards: [
    {
      id: 'undo-without-its-secret',
      title: 'The undo of what a flow creates reads a secret that the plan does not declare',
      ...creates(
        `{ method: 'DELETE', path: '/customers/' + id, headers: { 'x-key': ctx.secret('UNDECLARED_KEY') } }`,
      ),
      never: 'POST',
      expected: {
        playwright: null,
        greenlight: { exit: 64, decision: 'INCONCLUSIVE', says: 'UNDECLARED_KEY' },
      },
    },
    {
      id: 'ledger-cut-short',
      title: 'The ledger is cut short in the middle of an entry, and then `sweep`',
      ...creates(UNDO),
      then: { change: cutLedger, args: ['sweep'] },
      expected: printsAndEnds(20, 'ledger'),
    },
    {
      id: 'output-of-others',
      title: '`--output` names a directory with files of others',
      greenlightArgs: ['--output', 'qa'],
      playwrightArgs: null,
      prepare: (directory) => {
        const file = path.join(directory, SIGNED_OFF);
        mkdirSync(path.dirname(file), { recursive: true });
        writeFileSync(file, 'signed');
        return () => {
          if (!existsSync(file)) throw new Error(`${SIGNED_OFF} was deleted`);
        };
      },
      expected: printsAndEnds(64, '--output qa'),
    },
    {
      id: 'evidence-edited',
      title: 'The evidence of a run with a signing key is edited, and then `attest` is to sign it',
      plan: STATEMENT,
      playwrightArgs: null,
      greenlightArgs: ['--sign-key', 'gate.key.pem'],
      prepare: (directory) => {
        writeFileSync(path.join(directory, 'gate.key.pem'), newKeyPair().privatePem, { mode: 0o600 });
        return () => undefined;
      },
      then: {
        change: editEvidence,
        args: [
          ...['attest', '--id', 'backup-was-restored', '--decision', 'attested', '--name', 'Bo'],
          ...['--role', 'DBA', '--sign-key', 'gate.key.pem'],
        ],
      },
      expected: printsAndEnds(20, 'sealed'),
    },
    {
      id: 'daemon-keeps-the-pipes',
      title: 'A daemon of the global set-up keeps the pipes of Playwright open',
      fine: true,
      config: `globalSetup: './specs/setup.mjs'`,
      files: {
        'setup.mjs': `import { spawn } from 'node:child_process';
          import { writeFileSync } from 'node:fs';
          export default () => {
            const daemon = spawn(process.execPath, ['-e', 'setTimeout(() => {}, 600000)'],
              { cwd: '/', detached: true, stdio: ['ignore', 'inherit', 'inherit'] });
            writeFileSync('daemon.' + daemon.pid, '');
            daemon.unref();
          };`,
      },
      playwrightArgs: null,
      prepare: (directory) => () => endDaemons(directory),
      expected: answersGo('3 of 3 blocking checks passed'),
    },
  ],
};

/** Five bytes before the end of its first entry, as a full disk or a crash leaves it. */
function cutLedger(directory: string): void {
  const home = path.join(directory, '.greenlight/ledger');
  for (const name of readdirSync(home)) {
    const file = path.join(home, name);
    const end = readFileSync(file, 'utf8').indexOf('\n', 1);
    truncateSync(file, end - 5);
  }
}

/** As whoever can write the artifacts of a job would: another state of a check, and the digests made anew. */
function editEvidence(directory: string): void {
  const [evidence, verdict] = ['evidence.json', 'verdict.json'].map((name) =>
    path.join(directory, 'greenlight-report', name),
  ) as [string, string];
  const edited = readFileSync(evidence, 'utf8').replace('total-is-right', 'total-is-fine');
  writeFileSync(evidence, edited);
  const judged = JSON.parse(readFileSync(verdict, 'utf8')) as object;
  const evidenceDigest = `sha256:${createHash('sha256').update(edited).digest('hex')}`;
  writeFileSync(verdict, JSON.stringify({ ...judged, evidenceDigest }));
}

function endDaemons(directory: string): void {
  for (const name of readdirSync(directory)) {
    const pid = /^daemon\.(\d+)$/.exec(name)?.[1];
    if (pid !== undefined) process.kill(Number(pid), 'SIGKILL');
  }
}
