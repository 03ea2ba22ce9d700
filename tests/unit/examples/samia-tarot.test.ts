import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { parse } from 'yaml';
import { checksOf } from '../../../contract/plan/checks.ts';
import { policyOf } from '../../../contract/plan/people.ts';
import { parsePlan } from '../../../contract/plan/plan.ts';
import type { CheckResult } from '../../../contract/verdict/verdict.ts';
import input from '../../../examples/samia-tarot/greenlight.config.mts';
import { samiaTarot } from '../../../examples/samia-tarot/example.ts';
import { judgeGroup } from '../../../reporters/judge/groups.ts';

const DEPLOY = path.resolve(import.meta.dirname, '../../../examples/samia-tarot/deploy');
const plan = parsePlan(input);

describe('the security smoke', () => {
  const policy = policyOf(plan, 'preflight');
  const [group] = policy.groups;
  const results = (failed: number): readonly CheckResult[] =>
    checksOf(plan, 'preflight')
      .filter(({ id }) => group?.checks.includes(id) === true)
      .map((check, at) => ({
        ...check,
        state: at < failed ? 'failed' : 'passed',
        summary: '',
        cause: null,
        attempts: 1,
        durationMs: 1,
        findings: [],
        waiver: null,
      }));

  test.each([
    [0, 'passed'],
    // 19 of 20 are 95 %, and the document wants more.
    [1, 'failed'],
  ])('of twenty looks, %i of which fail: %s', (failed, state) => {
    if (group === undefined) throw new Error('the plan has no group');
    const looks = results(failed);
    expect(looks).toHaveLength(20);
    expect(looks.every(({ severity }) => severity === 'advisory')).toBe(true);
    expect(judgeGroup(group, looks, policy)).toMatchObject({ state, of: 20, passed: 20 - failed });
  });

  test('looks at staging alone', () => {
    const looks = plan.probes.filter(({ id }) => group?.checks.includes(id) === true);
    expect(new Set(looks.map((one) => ('endpoint' in one ? one.endpoint : undefined)))).toEqual(
      new Set(['staging']),
    );
    expect(plan.allow.open).toEqual(['staging.samia-tarot.com']);
  });
});

test('the verdict of post-cutover asks for the signature of every section, and for the decision', () => {
  const asked = policyOf(plan, 'post-cutover').attestations;
  const signatures = asked.filter(({ covers }) => covers !== undefined).map(({ id }) => id);
  expect(signatures).toEqual(plan.people.sections.map(({ id }) => id));
  expect(asked).toContainEqual(expect.objectContaining({ id: 'go-is-decided', role: 'decision maker' }));
});

test('every kind of check that the plan has is shown to find a fault, or is part of one that is', () => {
  const planned = samiaTarot.phases.flatMap((phase) => checksOf(plan, phase));
  const kindOf = (id: string): string =>
    plan.probes.find((one) => one.id === id)?.kind ?? planned.find((one) => one.id === id)?.source ?? id;
  const found = new Set(
    samiaTarot.faults.flatMap(({ check, step }) => [kindOf(check), kindOf(step ?? check)]),
  );
  const wanted = new Set([
    ...plan.probes.map(({ kind }) => kind),
    ...plan.flows.map(({ id }) => kindOf(id)),
    ...(plan.slo?.objectives ?? []).map(({ id }) => kindOf(id)),
    ...(plan.metrics?.checks ?? []).map(({ id }) => kindOf(id)),
    ...plan.alerts.map(({ id }) => kindOf(id)),
  ]);
  expect([...wanted].filter((kind) => !found.has(kind))).toEqual([]);
});

test('a row of another flag, or of the provider for tests, stands in for none that is missing', () => {
  const asked = (id: string): string => {
    const of = plan.metrics?.checks.find((one) => one.id === id);
    return of !== undefined && 'of' in of ? String(of.of) : '';
  };
  expect(asked('breakers-are-stored')).toBe(
    "select count(distinct provider) from circuit_breakers where provider in ('stripe', 'square', 'twilio', 'fcm', 'apns')",
  );
  expect(asked('flags-are-stored')).toContain(
    "where flag_key in ('community_enabled', 'notifications_enabled', ",
  );
});

describe('health_check.sh', () => {
  let home: string;
  beforeEach(() => {
    home = mkdtempSync(path.join(tmpdir(), 'greenlight-health-'));
    mkdirSync(path.join(home, 'node_modules/.bin'), { recursive: true });
    cpSync(path.join(DEPLOY, 'health_check.sh'), path.join(home, 'health_check.sh'));
  });
  afterEach(() => rmSync(home, { recursive: true, force: true }));

  function run(code: number) {
    const program = `#!/bin/sh\necho "$*"\necho "key $SAMIA_STRIPE_TEST_KEY" >&2\nexit ${code}\n`;
    writeFileSync(path.join(home, 'node_modules/.bin/greenlight'), program, { mode: 0o755 });
    const env = { PATH: process.env['PATH'], SAMIA_HOME: home };
    return spawnSync('sh', [path.join(home, 'health_check.sh')], { env, encoding: 'utf8' });
  }

  // Which is silent while all is well, and says by itself what is not.
  test.each([0, 10, 20])('is one pass of a schedule, with its secrets, words and exit code %i', (code) => {
    writeFileSync(path.join(home, 'greenlight.env'), 'SAMIA_STRIPE_TEST_KEY=of-the-file\n');
    const { status, stdout, stderr } = run(code);
    expect(status).toBe(code);
    expect(stdout).toBe('synthetic\n');
    expect(stderr).toBe('key of-the-file\n');
  });

  test('without its secrets it asks nobody, and does not end well', () => {
    const { status, stdout, stderr } = run(0);
    expect(status).not.toBe(0);
    expect(stdout).toBe('');
    expect(stderr).toContain('greenlight.env');
  });
});

interface Workflow {
  readonly jobs: Readonly<
    Record<
      string,
      {
        readonly if?: string;
        readonly outputs?: Readonly<Record<string, string>>;
        readonly steps: readonly {
          readonly id?: string;
          readonly if?: string;
          readonly run?: string;
          readonly env?: Readonly<Record<string, string>>;
        }[];
      }
    >
  >;
}

test('the workflow judges staging before and production after, and undoes also what broke off half-way', () => {
  const { jobs } = parse(readFileSync(path.join(DEPLOY, 'release.yml'), 'utf8')) as Workflow;
  const step = (job: string, id: string) => jobs[job]?.steps.find((one) => one.id === id);
  const asked = (job: string) => step(job, 'greenlight')?.env ?? {};
  expect(asked('gates')['SAMIA_URL']).toContain('staging');
  expect(asked('gates')['SAMIA_DATABASE_URL']).toBe('${{ secrets.SAMIA_STAGING_DATABASE_URL }}');
  expect(asked('verify')['SAMIA_DATABASE_URL']).toBe('${{ secrets.SAMIA_PRODUCTION_DATABASE_URL }}');
  expect(step('execute', 'deploy')?.run).toMatch(
    /^echo "began-at=.+\necho "changed=true" .+\n\.\/scripts\/deploy\.sh "\$RELEASE"\necho "complete-at=.+\n$/,
  );
  // Where it broke off, levels begin when it began: without a moment they would be those of the release before.
  expect(asked('verify')['SAMIA_CUTOVER_AT']).toBe(
    '${{ needs.execute.outputs.complete-at || needs.execute.outputs.began-at }}',
  );
  expect(jobs['execute']?.outputs).toEqual({
    changed: '${{ steps.deploy.outputs.changed }}',
    'began-at': '${{ steps.deploy.outputs.began-at }}',
    'complete-at': '${{ steps.deploy.outputs.complete-at }}',
  });
  // Prometheus must have seen it four times, or a bad level would be unknown, and nothing undone for it.
  const steps = jobs['verify']?.steps ?? [];
  const waits = steps.findIndex(({ run }) => run === 'sleep 120');
  expect(steps[waits]?.if).toBe("needs.execute.result == 'success'");
  expect(waits).toBeLessThan(steps.findIndex(({ id }) => id === 'greenlight'));
  expect(jobs['verify']?.if).toBe("${{ !cancelled() && needs.execute.outputs.changed == 'true' }}");
  expect(jobs['undo']?.if).toBe("always() && needs.verify.outputs.decision == 'NO_GO'");
});

test.each([
  ['', undefined],
  ['2026-11-20T20:04:30Z', '2026-11-20T20:04:30Z'],
])('every level begins at the switch, told as "%s"', async (told, since) => {
  vi.stubEnv('SAMIA_CUTOVER_AT', told);
  vi.resetModules();
  try {
    const { serviceLevels } = await import('../../../examples/samia-tarot/plan/levels.mts');
    expect(serviceLevels.objectives.length).toBeGreaterThan(4);
    const sinceOf = (level: object): unknown => ('since' in level ? level.since : undefined);
    expect(new Set(serviceLevels.objectives.map(sinceOf))).toEqual(new Set([since]));
  } finally {
    vi.unstubAllEnvs();
    vi.resetModules();
  }
});
