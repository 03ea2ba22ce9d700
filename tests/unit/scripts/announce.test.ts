import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { PLACEHOLDERS } from '../../../scripts/announce/placeholders.ts';
import { FORMATS } from '../../../scripts/announce/formats.ts';
import { KIND_NAMES } from '../../../scripts/announce/kinds.ts';
import { failing } from '../reporters/evidence-builders.ts';
import { publishEvidence } from '../../../run/publish-evidence.ts';
import {
  commandLine,
  type End,
  goEvidence,
  NOW,
  signedReport,
  type SignedReport,
} from '../signing/signed-report.ts';

let report: SignedReport;
const EVIL = '<script>alert(1)</script> [x](http://evil.example) <!channel> "q" \u202e@all `c`\n# h';
beforeEach(async () => {
  vi.useFakeTimers({ toFake: ['Date'], now: Date.parse(NOW) });
  report = await signedReport(goEvidence(), []);
});
afterEach(() => {
  vi.useRealTimers();
  report.remove();
});

const announce = (...args: string[]): Promise<End> => report.run('announce', ...args);
const template = (name: string, text: string): string[] => {
  writeFileSync(path.join(report.directory, name), text);
  return ['--template', name];
};

/** The product is broken, and its answer is hostile. */
function broken(): void {
  const evidence = goEvidence();
  publishEvidence(
    report.files,
    {
      ...evidence,
      attempts: [...evidence.attempts.slice(0, 1), failing('order-can-be-paid', {}, { summary: EVIL })],
    },
    [],
  );
}

describe('greenlight announce', () => {
  test('has a text for each kind, and refuses one that the verdict is not', async () => {
    for (const kind of KIND_NAMES.filter((one) => one !== 'rollback')) {
      const end = await announce('--kind', kind);
      expect(end.code, end.err).toBe(0);
      expect(end.out, kind).toContain('shop');
      expect(end.out, kind).not.toMatch(/\{\{|\n{3}/);
    }
    const back = await announce('--kind', 'rollback');
    expect([back.code, back.err]).toEqual([64, expect.stringContaining('nothing calls for a roll-back')]);
    broken();
    const success = await announce('--kind', 'success');
    expect([success.code, success.err]).toEqual([64, expect.stringContaining('only GO is a success')]);
    const rolled = await announce('--kind', 'rollback');
    expect(rolled.code, rolled.err).toBe(0);
    expect(rolled.out).toContain('release 2.4.0 is rolled back');
  });

  test('tells a GO that is no longer valid only as what was, and what was broken at any time', async () => {
    vi.setSystemTime('2026-11-21T10:10:00Z');
    for (const kind of ['success', 'status-page', 'stakeholders']) {
      const late = await announce('--kind', kind);
      expect([late.code, late.out]).toEqual([64, '']);
      expect(late.err).toContain('this GO was valid until 2026-11-20');
      expect(late.err).toContain('--past');
      const past = await announce('--kind', kind, '--past');
      expect([past.code, past.err]).toEqual([0, expect.stringContaining('was valid until')]);
    }
    broken();
    expect((await announce('--kind', 'rollback')).code).toBe(0);
  });

  test.each([
    ['preflight', 64, 'no traffic has moved yet', 'The new system is ready: traffic may move to it.'],
    ['rollback', 64, 'the old system that serves', 'The roll-back has worked: the old system serves.'],
    ['cutover', 0, '', 'Traffic may stay on the new system.'],
  ] as const)('says of a GO of %s what it means there', async (phase, code, words, meaning) => {
    const evidence = goEvidence();
    publishEvidence(report.files, { ...evidence, run: { ...evidence.run, phase } }, []);
    const success = await announce('--kind', 'success');
    expect([success.code, success.err]).toEqual([code, expect.stringContaining(words)]);
    const status = await announce('--kind', 'status-page');
    expect(status.code, status.err).toBe(0);
    expect(status.out).toContain(`Release 2.4.0: ${meaning}`);
  });

  test('fills every placeholder of a template', async () => {
    const names = Object.keys(PLACEHOLDERS);
    const args = template('all.txt', names.map((name) => `${name}={{ ${name} }}`).join('\n'));
    const end = await announce(
      '--kind',
      'success',
      ...args,
      '--comment',
      'well done',
      '--report-url',
      'https://ci/{run}',
    );
    expect(end.code, end.err).toBe(0);
    expect(end.out).toContain('release=2.4.0\n');
    expect(end.out).toContain('decision=GO\n');
    expect(end.out).toContain('report=https://ci/run1\n');
    expect(end.out).toContain('comment=well done');
    expect(end.out.split('\n').filter((line) => /^\w+=$/.test(line))).toEqual([]);
  });

  test.each<[string, readonly string[], 'attested' | 'refused' | undefined, string]>([
    ['nobody, where nothing is asked', [], undefined, 'nobody had to state anything'],
    ['nobody yet', ['lead'], undefined, 'nobody has stated anything yet'],
    ['a consent', ['lead'], 'attested', 'Bo (lead) stated: Support is ready'],
    ['a consent that is too old', ['lead'], 'attested', 'Bo (lead) stated: Support is ready (too old)'],
    ['a refusal that is too old', ['lead'], 'refused', 'Bo (lead) refused: Support is ready (too old)'],
  ])('tells %s as it is', async (name, roles, decision, expected) => {
    const day = name.endsWith('too old') ? '2026-11-01' : '2026-11-20';
    const attestations = roles.map((role) => ({ id: 'support-ready', title: 'Support is ready', role }));
    const said = { id: 'support-ready', name: 'Bo', role: 'lead', at: `${day}T08:00:00.000Z`, comment: 'no' };
    publishEvidence(
      report.files,
      goEvidence({
        policy: { attestations },
        attestations: decision === undefined ? [] : [{ ...said, decision }],
      }),
      [],
    );
    const end = await announce('--kind', 'stakeholders', ...template('a.txt', '{{people}}'));
    expect(end.code, end.err).toBe(0);
    expect(end.out.trim()).toBe(`- ${expected}`);
  });

  test('names every placeholder that it does not know, by line and column, with the list', async () => {
    const end = await announce(
      '--kind',
      'success',
      ...template('a.md', 'x {{targett}}\n\n {{reason} {{constructor}}'),
    );
    expect(end.code).toBe(64);
    expect(end.out).toBe('');
    for (const place of [
      'a.md:1:3: is no placeholder (found {{targett}})',
      'a.md:3:2: opens or ends',
      'a.md:3:12: is no placeholder',
    ])
      expect(end.err).toContain(place);
    for (const name of Object.keys(PLACEHOLDERS)) expect(end.err).toContain(`{{${name}}}`);
  });

  test.each([
    ['md', '&lt;script&gt;alert\\(1\\)&lt;/script&gt; \\[x\\]\\(http&#58;//evil.example\\)'],
    ['html', '&lt;script&gt;alert(1)&lt;/script&gt;'],
    ['txt', '<script>alert(1)</script> [x]'],
    ['json', '\\"q\\"'],
  ])('escapes what the target said for .%s', async (ending, expected) => {
    broken();
    const text = ending === 'json' ? '{"reason":"{{reason}}","failed":"{{failed}}"}' : 'A {{reason}} B';
    const end = await announce('--kind', 'rollback', ...template(`a.${ending}`, text));
    expect(end.code, end.err).toBe(0);
    expect(end.out).toContain(expected);
    expect(end.out).not.toContain('\u202e');
    expect(end.out.trim().split('\n')).toHaveLength(1);
    if (ending === 'json')
      expect(JSON.parse(end.out)).toMatchObject({ failed: '- Statement order-can-be-paid' });
  });

  test.each(FORMATS)('masks what looks like a secret before %s escapes it', async (format) => {
    const end = await announce(
      ...['--kind', 'success', '--format', format],
      ...template('a.txt', '{{comment}}'),
      ...['--comment', 'Built by https://robot:hunter2-of-ci@ci.example/job/7 today.'],
    );
    expect(end.code, end.err).toBe(0);
    expect(end.out).toMatch(/^Built by .*redacted.*today/);
    expect(end.out).not.toContain('hunter2');
  });

  test('does not read again what was filled in', async () => {
    const end = await announce(
      '--kind',
      'success',
      ...template('a.txt', '{{comment}}'),
      '--comment',
      '{{run}} $& $1',
    );
    expect(end.out.trim()).toBe('{{run}} $& $1');
  });

  test.each([
    ['a template that is not there', ['--template', 'gone.md'], 'gone.md'],
    ['an ending that says nothing', ['--template', 'a.tpl'], FORMATS.join(' | ')],
    ['a report that is not there', ['--verdict', 'nowhere'], 'nowhere'],
    ['a kind that is none', ['--kind', 'party'], 'stakeholders'],
    ['one to tell who cannot carry a text', ['--publish', 'pagerduty'], 'slack, webhook'],
    ['one to tell without settings', ['--publish', 'slack'], 'GREENLIGHT_SLACK_URL'],
  ])('refuses %s with 64', async (_, args, hint) => {
    const end = await announce('--kind', 'success', ...args);
    expect([end.code, end.err]).toEqual([64, expect.stringContaining(hint)]);
  });

  test('writes a file, and keeps the blanks of a template', async () => {
    const end = await announce(
      '--kind',
      'success',
      ...template('a.md', 'a  \nb\n\n\n\nc\n'),
      '--output',
      'out/a.md',
    );
    expect([end.code, end.out]).toEqual([0, '']);
    expect(readFileSync(path.join(report.directory, 'out/a.md'), 'utf8')).toBe('a  \nb\n\n\n\nc\n');
  });
});

describe('what is sent', () => {
  let server: Server;
  const got: { readonly body: string; readonly id: string }[] = [];
  let status = 200;
  beforeEach(async () => {
    got.length = 0;
    status = 200;
    server = createServer((request, response) => {
      let body = '';
      request.on('data', (chunk: Buffer) => (body += chunk.toString()));
      request.on('end', () => {
        got.push({ body, id: String(request.headers['webhook-id'] ?? '') });
        response.writeHead(status).end('ok');
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  });
  afterEach(() => new Promise<void>((resolve) => server.close(() => resolve())));

  const env = (): NodeJS.ProcessEnv => {
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/in`;
    const secret = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;
    return { GREENLIGHT_SLACK_URL: url, GREENLIGHT_WEBHOOK_URL: url, GREENLIGHT_WEBHOOK_SECRET: secret };
  };
  const tell = (...args: string[]): Promise<End> =>
    commandLine(report.directory, ['announce', ...args], env());

  test('is nothing while nobody is named', async () => {
    expect((await tell('--kind', 'success')).code).toBe(0);
    expect(got).toEqual([]);
  });

  test('reaches Slack in its own escaping, and a webhook under an id of its own', async () => {
    broken();
    const end = await tell('--kind', 'rollback', '--publish', 'slack', 'webhook');
    expect(end.code, end.err).toBe(0);
    const [slack, webhook] = got;
    const { text } = JSON.parse(slack?.body ?? '') as { text: string };
    expect(text).toContain('&lt;!channel&gt;');
    expect(text).not.toContain('<!channel>');
    expect(webhook?.id).toMatch(/^msg_run1_rollback_[0-9a-f]{12}$/);
    expect(JSON.parse(webhook?.body ?? '')).toMatchObject({
      type: 'greenlight.announcement',
      data: { kind: 'rollback', decision: 'NO_GO', target: 'shop' },
    });
  });

  test('that is not taken ends with 20 and names who was not told', async () => {
    status = 400;
    const end = await tell('--kind', 'success', '--publish', 'slack');
    expect(end.code).toBe(20);
    expect(end.err).toContain('slack was not told');
  });
});

test('docs/runbook.md lists every placeholder', () => {
  const file = path.resolve(import.meta.dirname, '../../../docs/runbook.md');
  const rows = Object.entries(PLACEHOLDERS).map(([name, { says }]) => `| \`${name}\` | ${says} |`);
  const table = [
    '<!-- prettier-ignore-start -->',
    '',
    '| placeholder | what it stands for |',
    '|---|---|',
    ...rows,
    '',
    '<!-- prettier-ignore-end -->',
  ];
  const page = readFileSync(file, 'utf8');
  const block = /(<!-- placeholders -->\n)[^]*?(<!-- end of placeholders -->)/;
  const wanted = page.replace(
    block,
    (_, begin: string, end: string) => `${begin}${table.join('\n')}\n${end}`,
  );
  if (process.env['UPDATE_DOCS'] === '1') writeFileSync(file, wanted);
  expect(existsSync(file) && readFileSync(file, 'utf8')).toBe(wanted);
});
