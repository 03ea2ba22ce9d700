import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { keepStatement, readStatements } from '../../../run/people/statements-file.ts';
import { parseEvidence } from '../../../reporters/parse-evidence.ts';
import { reportFiles } from '../../../host/report-files.ts';
import { publishEvidence } from '../../../run/publish-evidence.ts';
import { keptLine } from '../../../signing/kept-statement.ts';
import { commandLine, type End, goEvidence } from '../signing/signed-report.ts';

let directory: string;
const FILE = 'greenlight-statements.jsonl';
beforeEach(() => {
  directory = mkdtempSync(path.join(tmpdir(), 'greenlight-people-'));
  writePlan();
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

const run = (...args: string[]): Promise<End> => commandLine(directory, args);
const file = (): string => path.join(directory, FILE);
const stated = () => readStatements(file());

/** Plain data, so that no package has to be found from a temporary directory. */
function writePlan(roles: readonly object[] = []): void {
  const statements = [
    { id: 'rollback-tested', title: 'The roll-back was tested', role: 'DBA' },
    { id: 'dpia-signed', title: 'The DPIA is signed', role: 'DPO', validFor: 'target', maxAge: '90d' },
  ];
  const plan = {
    target: { name: 'shop', urls: { app: 'http://127.0.0.1:9' } },
    probes: [{ id: 'page-answers', title: 'The page answers', kind: 'endpoints', paths: ['/'] }],
    people: {
      roles,
      sections: [
        { id: 'pre-flight', title: 'Pre-flight', phases: ['preflight'], signOff: 'lead', statements },
      ],
    },
  };
  writeFileSync(path.join(directory, 'greenlight.config.mjs'), `export default ${JSON.stringify(plan)};\n`);
}

const BO = ['attest', '--id', 'rollback-tested', '--name', 'Bo', '--role', 'dba'];
const OF = ['--release', '2.4.0'];
const YES = ['--decision', 'attested'];

describe('greenlight attest before a run', () => {
  test('keeps who said what, when, of which release, and what was seen', async () => {
    writeFileSync(path.join(directory, 'restore.log'), 'done');
    const end = await run(...BO, ...YES, ...OF, '--seen', 'https://ci/1', '--seen-file', 'restore.log');
    expect(end.code, end.err).toBe(0);
    expect(end.out).toContain('unsigned');
    expect(stated()).toMatchObject([
      {
        id: 'rollback-tested',
        decision: 'attested',
        name: 'Bo',
        role: 'DBA',
        target: 'shop',
        release: { id: '2.4.0' },
        seen: [
          { text: 'https://ci/1' },
          { text: 'restore.log', digest: expect.stringMatching(/^sha256:/) as string },
        ],
      },
    ]);
    expect(existsSync(path.join(directory, 'greenlight-report'))).toBe(false);
  });

  test('needs no release for what is bound to the target', async () => {
    const end = await run('attest', '--id', 'dpia-signed', '--name', 'Di', '--role', 'DPO', ...YES);
    expect(end.code, end.err).toBe(0);
  });

  test.each([
    [
      'a statement that nobody asked for',
      [...BO, ...YES, ...OF, '--id', 'all-is-well'],
      'rollback-tested (DBA)',
    ],
    ['another role', [...BO, ...YES, ...OF, '--role', 'intern'], '"DBA"'],
    ['nobody', [...BO, ...YES, ...OF, '--name', ' '], '--name'],
    ['no release', [...BO, ...YES], '--release'],
    ['an empty release', [...BO, ...YES, '--release', ''], '--release'],
    ['a branch as commit', [...BO, ...YES, ...OF, '--commit', 'main'], '--commit'],
    ['a commit without release', [...BO, ...YES, '--commit', '3f2c1ab'], '--release'],
    ['no decision', [...BO, ...OF], '--decision'],
    ['two decisions', [...BO, ...YES, ...OF, '--withdraw'], '--withdraw'],
    ['a refusal without a reason', [...BO, ...OF, '--decision', 'refused'], '--comment'],
    ['a file that is not there', [...BO, ...YES, ...OF, '--seen-file', 'gone.log'], 'gone.log'],
    ['nothing seen', [...BO, ...YES, ...OF, '--seen', ' '], '--seen'],
    ['a withdrawal of nothing', [...BO, ...OF, '--withdraw'], 'has said nothing'],
    ['a report that is not there', [...BO, ...YES, ...OF, '-o', 'nowhere'], 'nowhere'],
    [
      'the signature of a section that is not done',
      ['attest', '--id', 'pre-flight', '--name', 'Ada', '--role', 'lead', ...YES, ...OF],
      'rollback-tested (DBA, missing), dpia-signed (DPO, missing)',
    ],
  ])('refuses %s with 64 and keeps nothing', async (_, args, hint) => {
    const end = await run(...args);
    expect(end.code, end.out).toBe(64);
    expect(end.err).toContain(hint);
    expect(existsSync(file())).toBe(false);
  });

  test('refuses who does not have the role, an unsigned word and another key', async () => {
    for (const name of ['bo', 'eve']) await run('keygen', '--out', name);
    const key = /key id +(\w+)/.exec((await run('keygen', '--out', 'di')).out)?.[1];
    writePlan([
      { role: 'DBA', members: [{ name: 'Bo', key }] },
      { role: 'DPO', members: [{ name: 'Di' }] },
      { role: 'lead', members: [{ name: 'Ada' }] },
    ]);
    for (const [args, hint] of [
      [['--name', 'Mallory'], 'Mallory is not one of those'],
      [[], 'it is not signed'],
      [['--key', 'eve.key.pem'], 'another key'],
    ] as const) {
      const end = await run(...BO, ...YES, ...OF, ...args);
      expect([end.code, end.err]).toEqual([64, expect.stringContaining(hint)]);
    }
    const end = await run(...BO, ...YES, ...OF, '--key', 'di.key.pem');
    expect(end.code, end.err).toBe(0);
    expect(stated()).toMatchObject([{ key }]);
  });

  test.each([
    ['who says it', 'name', '--name', 'Bo of the night'],
    ['the release', 'release', '--release', '2.4.0-candidate'],
  ])('refuses a "no" of which a secret would mask %s, and keeps nothing', async (_, part, option, secret) => {
    const no = [...BO, ...OF, '--decision', 'refused', '--comment', `as ${secret} said`, option, secret];
    const end = await commandLine(directory, no, { BACKUP_PASSWORD: secret });
    expect([end.code, end.err]).toEqual([64, expect.stringContaining(`the value of its ${part}`)]);
    expect(existsSync(file())).toBe(false);
    const clean = await commandLine(directory, no, { BACKUP_PASSWORD: 'another-one' });
    expect(clean.code, clean.err).toBe(0);
    expect(stated()).toHaveLength(1);
  });

  test('withdraws, and then the statement is open again', async () => {
    await run(...BO, ...YES, ...OF);
    expect((await run(...BO, ...OF, '--withdraw', '--name', 'Cy')).code).toBe(64);
    expect((await run(...BO, '--release', '2.5.0', '--withdraw')).code).toBe(64);
    expect((await run(...BO, ...OF, '--withdraw', '--comment', 'wrong cluster')).code).toBe(0);
    const list = await run('checklist', ...OF);
    expect(list.code).toBe(20);
    expect(list.out).toContain('Bo withdrew it');
    expect(list.out).toContain('wrong cluster');
    expect((await run(...BO, ...OF, '--withdraw')).code).toBe(64);
  });

  test('many at once lose none', async () => {
    const names = Array.from({ length: 30 }, (_, index) => `Bo ${index}`);
    const ends = await Promise.all(names.map((name) => run(...BO, ...YES, ...OF, '--name', name)));
    expect(ends.map(({ code }) => code)).toEqual(names.map(() => 0));
    expect(new Set(stated().map(({ name }) => name))).toEqual(new Set(names));
  });

  test('adds nothing to a file that was edited, and names the line', async () => {
    await run(...BO, ...YES, ...OF);
    const text = readFileSync(file(), 'utf8').replace('"Bo"', '"Ada"');
    writeFileSync(file(), text);
    for (const args of [
      [...BO, ...YES, ...OF],
      ['checklist', ...OF],
    ]) {
      const end = await run(...args);
      expect(end.code, args[0]).toBe(20);
      expect(end.err).toContain('STATEMENTS_INVALID');
      expect(end.err).toMatch(/line 2: was edited/);
    }
    expect(readFileSync(file(), 'utf8')).toBe(text);
  });

  test('leaves a report of another target alone', async () => {
    mkdirSync(path.join(directory, 'greenlight-report'));
    const files = reportFiles(path.join(directory, 'greenlight-report'));
    const attestations = [{ id: 'rollback-tested', title: 'The roll-back was tested', role: 'DBA' }];
    const evidence = goEvidence({ policy: { attestations, maxAgeMinutes: 1e9 } });
    publishEvidence(files, evidence, []);
    const before = readFileSync(files.verdict, 'utf8');
    const other = await run(...BO, ...YES, '--release', '2.5.0');
    expect(other.code, other.err).toBe(0);
    expect(readFileSync(files.verdict, 'utf8')).toBe(before);
    // The same release: the run hears it, and it is kept for the next one.
    const same = await run(...BO, ...YES, ...OF);
    expect(same.out).toContain('GO');
    expect(readFileSync(files.verdict, 'utf8')).not.toBe(before);
    expect(stated()).toHaveLength(2);
    const kept = await run(...BO, ...OF, '--no-judge', '--decision', 'refused', '--comment', 'no');
    expect(kept.code, kept.err).toBe(0);
    expect(JSON.parse(readFileSync(files.verdict, 'utf8'))).toMatchObject({ decision: 'GO' });
  });
});

test('a run that is judged again hears what was kept in the meantime', async () => {
  const attestations = [
    { id: 'rollback-tested', title: 'The roll-back was tested', role: 'DBA' },
    { id: 'dpia-signed', title: 'The DPIA is signed', role: 'DPO', validFor: 'target' as const },
  ];
  const files = reportFiles(path.join(directory, 'greenlight-report'));
  publishEvidence(files, goEvidence({ policy: { attestations, maxAgeMinutes: 1e9 } }), []);
  const no = await run(...BO, ...OF, '--no-judge', '--decision', 'refused', '--comment', 'it hangs');
  expect(no.code, no.err).toBe(0);
  const yes = await run('attest', '--id', 'dpia-signed', '--name', 'Di', '--role', 'DPO', ...YES);
  expect(yes.code, yes.err).toBe(10);
  expect(yes.out).toContain('Bo (DBA) refused "The roll-back was tested": it hangs');
  const other = await run(...BO, ...YES, '--release', '2.5.0', '-o', 'greenlight-report');
  expect([other.code, other.err]).toEqual([
    64,
    expect.stringContaining('the run was about 2.4.0, not 2.5.0'),
  ]);
  const now = await run(...BO, ...YES, ...OF);
  expect(now.code, now.out).toBe(0);
});

test('what was kept where a secret was not known comes into a report without it', async () => {
  const attestations = [
    { id: 'rollback-tested', title: 'The roll-back was tested', role: 'DBA' },
    { id: 'dpia-signed', title: 'The DPIA is signed', role: 'DPO', validFor: 'target' as const },
  ];
  const files = reportFiles(path.join(directory, 'greenlight-report'));
  publishEvidence(files, goEvidence({ policy: { attestations, maxAgeMinutes: 1e9 } }), []);
  await run(...BO, ...OF, ...YES, '--no-judge', '--comment', 'by hunter2-of-production');
  const yes = ['attest', '--id', 'dpia-signed', '--name', 'Di', '--role', 'DPO', ...YES];
  const end = await commandLine(directory, yes, { BACKUP_PASSWORD: 'hunter2-of-production' });
  expect(end.code, end.err).toBe(0);
  expect(readFileSync(files.evidence, 'utf8')).toContain('by [redacted]');
  expect(readFileSync(files.evidence, 'utf8')).not.toContain('hunter2');
});

test('a "no" that is said while a run goes on is kept, for its end', async () => {
  const attestations = [{ id: 'rollback-tested', title: 'The roll-back was tested', role: 'DBA' }];
  const files = reportFiles(path.join(directory, 'greenlight-report'));
  publishEvidence(files, goEvidence({ policy: { attestations, maxAgeMinutes: 1e9 } }), []);
  const done = JSON.parse(readFileSync(files.verdict, 'utf8')) as object;
  const started = JSON.stringify({ ...done, evidenceDigest: null });
  writeFileSync(files.verdict, started);
  const no = [...BO, ...OF, '--decision', 'refused', '--comment', 'it hangs'];
  const named = await run(...no, '--output', 'greenlight-report');
  expect([named.code, named.err]).toEqual([20, expect.stringContaining('has not finished')]);
  expect(existsSync(file())).toBe(false);
  const end = await run(...no);
  expect(end.code, end.err).toBe(0);
  expect(end.err).toContain('it hears what is kept before its end');
  expect(stated()).toMatchObject([{ decision: 'refused', name: 'Bo' }]);
  expect(readFileSync(files.verdict, 'utf8')).toBe(started);
});

test('statements that come into one report at once are all in it, and the "no" among them decides', async () => {
  const attestations = [
    { id: 'rollback-tested', title: 'The roll-back was tested', role: 'DBA' },
    { id: 'dpia-signed', title: 'The DPIA is signed', role: 'DPO', validFor: 'target' as const },
  ];
  const files = reportFiles(path.join(directory, 'greenlight-report'));
  publishEvidence(files, goEvidence({ policy: { attestations, maxAgeMinutes: 1e9 } }), []);
  await Promise.all([
    run(...BO, ...OF, '--decision', 'refused', '--comment', 'it hangs'),
    run('attest', '--id', 'dpia-signed', '--name', 'Di', '--role', 'DPO', ...YES),
    run(...BO, ...OF, ...YES, '--name', 'Cy'),
  ]);
  const evidence = parseEvidence(readFileSync(files.evidence, 'utf8'));
  expect(evidence.attestations.map(({ name }) => name).sort()).toEqual(['Bo', 'Cy', 'Di']);
  expect(JSON.parse(readFileSync(files.verdict, 'utf8'))).toMatchObject({ decision: 'NO_GO' });
});

describe('greenlight checklist', () => {
  test('shows what is open for whom by section, and exits with 0 once all is given', async () => {
    const open = await run('checklist', ...OF);
    expect(open.code, open.err).toBe(20);
    expect(open.out).toContain('0 of 3 given');
    expect(open.out).toContain('Pre-flight');
    expect(open.out).toContain('greenlight attest --id rollback-tested');
    const [roll, dpia, sign] = ['rollback-tested', 'dpia-signed', 'pre-flight'].map((id) =>
      open.out.indexOf(`(${id})`),
    );
    expect([roll, dpia, sign]).toEqual([...[roll, dpia, sign]].sort((a, b) => (a ?? 0) - (b ?? 0)));
    await run(...BO, ...YES, ...OF);
    await run('attest', '--id', 'dpia-signed', '--name', 'Di', '--role', 'DPO', ...YES);
    await run('attest', '--id', 'pre-flight', '--name', 'Ada', '--role', 'lead', ...YES, ...OF);
    const done = await run('checklist', ...OF);
    expect(done.out).toContain('3 of 3 given');
    expect(done.code).toBe(0);
    const next = await run('checklist', '--release', '2.5.0');
    expect(next.out).toContain('1 of 3 given');
    expect(next.out).toContain('it is about the release 2.4.0, not 2.5.0');
    expect((await run('checklist')).code).toBe(20);
  });

  test('what two phases ask for differently is asked for as the stricter one does', async () => {
    const asked = { id: 'rollback-tested', title: 'The roll-back was tested', role: 'DBA' };
    const plan = {
      target: { name: 'shop', urls: { app: 'http://127.0.0.1:9' } },
      probes: [{ id: 'page-answers', title: 'The page answers', kind: 'endpoints', paths: ['/'] }],
      policy: {
        preflight: { attestations: [{ ...asked, validFor: 'target', maxAge: '90d' }] },
        'post-cutover': { attestations: [{ ...asked, maxAge: '2d' }] },
      },
    };
    writeFileSync(path.join(directory, 'greenlight.config.mjs'), `export default ${JSON.stringify(plan)};\n`);
    const unbound = await run(...BO, ...YES);
    expect([unbound.code, unbound.err]).toEqual([64, expect.stringContaining('said of one release')]);
    expect((await run(...BO, ...YES, ...OF)).code).toBe(0);
    const all = await run('checklist', ...OF, '--json');
    expect(all.code, all.err).toBe(0);
    expect(JSON.parse(all.out)).toMatchObject({
      sections: [{ items: [{ validFor: 'release', maxAge: '2d', phases: ['preflight', 'post-cutover'] }] }],
    });
    expect((await run('checklist', '--release', '2.5.0')).code).toBe(20);
    expect((await run('checklist', '--release', '2.5.0', '--phase', 'preflight')).code).toBe(0);
  });

  test('a section that is signed by a slower clock than that of its statements counts all the same', async () => {
    await run('attest', '--id', 'dpia-signed', '--name', 'Di', '--role', 'DPO', ...YES);
    const fast = {
      id: 'rollback-tested',
      decision: 'attested' as const,
      name: 'Bo',
      role: 'DBA',
      at: new Date(Date.now() + 30_000).toISOString(),
      comment: '',
      seen: [],
      target: 'shop',
      release: { id: '2.4.0' },
      run: null,
    };
    await keepStatement(file(), keptLine(fast, undefined));
    const signed = await run(
      'attest',
      '--id',
      'pre-flight',
      '--name',
      'Ada',
      '--role',
      'lead',
      ...YES,
      ...OF,
    );
    expect(signed.code, signed.err).toBe(0);
    const done = await run('checklist', ...OF);
    expect([done.code, done.out]).toEqual([0, expect.stringContaining('3 of 3 given')]);
  });

  test('prints lines that a shell and the right plan take as they are meant', async () => {
    writePlan([
      { role: 'DBA', members: [{ name: "Bo $(reboot) O'Neil" }] },
      { role: 'DPO', members: [{ name: 'Di' }, { name: 'Ed' }] },
      { role: 'lead', members: [{ name: 'Ada' }] },
    ]);
    const usual = await run('checklist', ...OF);
    expect(usual.out).toContain(`--name 'Bo $(reboot) O'\\''Neil' --role DBA --release 2.4.0`);
    expect(usual.out).toContain('--name "<your name>" --role DPO');
    expect(usual.out).not.toContain('--config');
    const named = await run('checklist', ...OF, '--config', './greenlight.config.mjs');
    expect(named.out).toContain('--role DBA --config ./greenlight.config.mjs --release 2.4.0');
  });

  test('of one role, as JSON and as Markdown that no name can break out of', async () => {
    await run(...BO, ...OF, '--decision', 'refused', '--comment', '<b>no</b> [x](http://evil) | `y`');
    const json = await run('checklist', ...OF, '--for', 'dba', '--json');
    expect(json.code).toBe(10);
    expect(JSON.parse(json.out)).toMatchObject({
      target: 'shop',
      sections: [
        { title: 'Pre-flight', items: [{ id: 'rollback-tested', state: 'refused', by: { name: 'Bo' } }] },
      ],
    });
    const page = await run('checklist', ...OF, '--markdown');
    expect(page.out).toContain('- [ ] **The roll-back was tested** (`rollback-tested`): refused');
    expect(page.out).toContain('&lt;b&gt;no&lt;/b&gt; \\[x\\]\\(http&#58;//evil\\) \\| \\`y\\`');
    const nobody = await run('checklist', '--for', 'intern');
    expect([nobody.code, nobody.err]).toEqual([64, expect.stringContaining('DBA, DPO, lead')]);
    const nothing = await run('checklist', '--phase', 'canary');
    expect([nothing.code, nothing.err]).toEqual([64, expect.stringContaining('asks nothing of anybody')]);
  });
});
