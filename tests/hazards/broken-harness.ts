import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { type HazardGroup, HOME, total } from './hazard.ts';

/** A port on which nobody listens. */
const DEAD = 'http://127.0.0.1:9';
const unclear = (says: string) => ({ exit: 20, decision: 'INCONCLUSIVE', says }) as const;
const fails = (ran: number) => ({ exit: 1, ran });

/** The target is healthy, and what breaks is ours: nobody may roll back for it. */
export const brokenHarness: HazardGroup = {
  title: 'A harness that breaks',
  lead: 'The target is healthy. Playwright ends with 1, as it does for a broken shop; whoever rolls back on that rolls back a healthy release. None of these may say NO_GO.',
  hazards: [
    {
      id: 'type-error',
      title: 'A TypeError in a check',
      spec: `${HOME} ${total('await total(request); (undefined as any).sum.toFixed();')}`,
      expected: { playwright: fails(2), greenlight: unclear('TypeError') },
    },
    {
      id: 'error-inside-expect',
      title: 'The argument of an `expect` throws',
      spec: `${HOME} ${total('await total(request); expect((undefined as any).sum).toBe(10);')}`,
      expected: { playwright: fails(2), greenlight: unclear('TypeError') },
    },
    {
      id: 'hook-throws',
      title: 'A hook throws',
      spec: `test.beforeAll(() => { throw new Error('no fixtures today'); }); ${HOME} ${total()}`,
      expected: { playwright: fails(0), greenlight: unclear('no fixtures today') },
    },
    {
      id: 'browser-missing',
      title: 'The browser is missing',
      spec: `${HOME} check('total-is-right', async ({ page }) => { await page.goto(url('/total')); expect(await page.textContent('body')).toContain('10'); });`,
      config: `use: { launchOptions: { executablePath: '/nowhere/chromium' } }`,
      expected: { playwright: fails(1), greenlight: unclear('/nowhere/chromium') },
    },
    {
      id: 'mailbox-dead',
      title: 'The mailbox is dead',
      planTarget: `mailbox: { adapter: 'mailpit', url: '${DEAD}' }`,
      plainSpec: `${HOME} ${total(`await request.get('${DEAD}/api/v1/messages');`)}`,
      expected: { playwright: fails(1), greenlight: unclear('mailbox-readable') },
    },
    {
      id: 'database-dead',
      title: 'The database cannot be reached from here',
      planTarget: `records: { adapter: 'postgres', url: secret('SHOP_DATABASE_URL') }`,
      env: { SHOP_DATABASE_URL: 'postgres://reader:none@127.0.0.1:9/shop' },
      plainSpec: `import pg from 'pg'; ${HOME} ${total('await new pg.Client(process.env.SHOP_DATABASE_URL).connect();')}`,
      expected: { playwright: fails(1), greenlight: unclear('databases-readable') },
    },
    {
      id: 'own-network-down',
      title: 'Our own network is down: the control address is silent too',
      target: 'down',
      planTarget: `control: '${DEAD}'`,
      expected: { playwright: fails(0), greenlight: unclear('control address') },
    },
    {
      id: 'secret-missing',
      title: 'A secret is not set',
      plan: `secrets: ['SHOP_KEY_THAT_NOBODY_SET']`,
      plainSpec: `${HOME} ${total(`if (!process.env.SHOP_KEY_THAT_NOBODY_SET) throw new Error('no key');`)}`,
      expected: {
        playwright: fails(1),
        greenlight: { exit: 64, decision: 'INCONCLUSIVE', says: 'SHOP_KEY_THAT_NOBODY_SET' },
      },
    },
    {
      id: 'record-unreadable',
      title: 'The record of the session is cut in half',
      reporter: 'specs/reporter.mjs',
      files: {
        'reporter.mjs': `import { readFileSync, writeFileSync, readdirSync } from 'node:fs';
          import path from 'node:path';
          const context = process.env.GREENLIGHT_RUN;
          process.on('exit', () => {
            if (!context) return;
            const home = path.dirname(context);
            for (const name of readdirSync(home).filter((one) => /^session-[0-9]+[.]json$/.test(one))) {
              const text = readFileSync(path.join(home, name), 'utf8');
              writeFileSync(path.join(home, name), text.slice(0, text.length / 2));
            }
          });
          export default class { printsToStdio() { return false; } }`,
      },
      playwrightArgs: null,
      expected: { playwright: null, greenlight: unclear('cannot be used') },
    },
    {
      id: 'finding-malformed',
      title: 'A check records a finding that cannot be read',
      spec: `${HOME} check('total-is-right', async ({ request }, info) => { expect(await total(request)).toBe(10);
        await info.attach('finding: total-is-right', { body: '{"check":1}', contentType: 'application/vnd.greenlight.finding+json' }); });`,
      playwrightArgs: null,
      expected: { playwright: null, greenlight: unclear('finding') },
    },
    {
      id: 'state-unwritable',
      title: 'The directory of ledger and leases is a file',
      prepare(directory) {
        writeFileSync(path.join(directory, '.greenlight'), '');
        return () => undefined;
      },
      playwrightArgs: null,
      expected: { playwright: null, greenlight: unclear('.greenlight') },
    },
    {
      id: 'disk-full',
      title: 'The disk with the report is full',
      needs: 'mount',
      // Too small for a report, large enough for the verdict that says so.
      prepare: (directory) => mountTmpfs(path.join(directory, 'greenlight-report'), '16k'),
      playwrightArgs: null,
      expected: { playwright: null, greenlight: unclear('has not') },
    },
  ],
};

function mountTmpfs(directory: string, size: string): () => void {
  mkdirSync(directory, { recursive: true });
  execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${size}`, 'tmpfs', directory]);
  return () => void execFileSync('umount', [directory]);
}
