import { describe, expect, test } from 'vitest';
import { flow } from '../../../../contract/flow/flow.ts';
import { parsePlan, type PlanInput } from '../../../../contract/plan/plan.ts';
import { secret } from '../../../../contract/plan/secret.ts';
import { NEEDED_BY_PLAN } from '../../../../run/doctor/needed-by-plan.ts';

const target = { name: 'shop', urls: { app: 'http://127.0.0.1:3000' } };

function neededBy(input: PlanInput): Record<string, string> {
  const plan = parsePlan(input);
  return Object.fromEntries(
    Object.entries(NEEDED_BY_PLAN).flatMap(([name, need]) => {
      const why = need(plan);
      return why === undefined ? [] : [[name, why]];
    }),
  );
}

const home = { id: 'home-answers', title: 'Home', kind: 'endpoints' as const, paths: ['/'] };

describe('what a plan needs', () => {
  test('is nothing where it only sends requests and reads PostgreSQL', () => {
    const records = { adapter: 'postgres', url: secret('DATABASE_URL') } as const;
    expect(neededBy({ target: { ...target, records }, probes: [home] })).toEqual({});
  });

  test('is the client of each adapter that it names', () => {
    const [user, password] = [secret('MAIL_USER'), secret('MAIL_PASSWORD')];
    const mailbox = { adapter: 'imap', host: 'mail.example.test', user, password } as const;
    const payments = { adapter: 'stripe', secretKey: secret('STRIPE_KEY') } as const;
    expect(neededBy({ target: { ...target, mailbox, payments }, probes: [home] })).toEqual({
      stripe: "target.payments with adapter 'stripe'",
      imapflow: "target.mailbox with adapter 'imap'",
      'postal-mime': "target.mailbox with adapter 'imap'",
    });
  });

  test('is a browser for page steps, and k6 with esbuild for its load', () => {
    const shown = flow('page-shows', { title: 'The page shows', phases: ['post-cutover'] }).page('open', {
      run: () => Promise.resolve({}),
    });
    const many = {
      id: 'many',
      title: 'Many',
      engine: 'k6' as const,
      requests: [{ method: 'GET' as const, path: '/' }],
      thresholds: { errorRate: 0.01 },
    };
    expect(Object.keys(neededBy({ target, flows: [shown] }))).toEqual(['browser']);
    expect(neededBy({ target, load: { profiles: [many] } })).toEqual({
      esbuild: 'load profile many',
      k6: 'load profile many',
    });
    const scripts = { kind: 'bundle', id: 'scripts-are-small', title: 'x', atMost: '1 MB' } as const;
    expect(neededBy({ target, probes: [scripts] })).toEqual({ browser: 'probe scripts-are-small' });
    const scores = { kind: 'lighthouse', id: 'pages-score-well', title: 'x', atLeast: { seo: 90 } } as const;
    const agents = { kind: 'mcp' as const, id: 'agents-connect', title: 'x', tools: ['search'] };
    expect(neededBy({ target, probes: [scores, agents] })).toEqual({
      browser: 'probe pages-score-well',
      lighthouse: 'probe pages-score-well',
      '@modelcontextprotocol/sdk': 'probe agents-connect',
    });
    const optional = { ...many, optional: true };
    expect(neededBy({ target, load: { profiles: [optional] } })).toEqual({});
  });
});
