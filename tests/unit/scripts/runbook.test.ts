import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { checksOf } from '../../../contract/plan/checks.ts';
import { parsePlan, type PlanInput } from '../../../contract/plan/plan.ts';
import { renderRunbook } from '../../../scripts/runbook/render-runbook.ts';
import { commandLine } from '../signing/signed-report.ts';
import { limitOfMetric } from '../../../scripts/runbook/limits.ts';

const BASE = {
  target: {
    name: 'shop',
    urls: { app: 'https://new.example.com' },
    old: { urls: { app: 'https://old.example.com' } },
  },
  probes: [
    {
      id: 'home-answers',
      title: 'The home page | answers',
      kind: 'endpoints',
      paths: ['/'],
      phases: ['post-cutover', 'watch'],
      owner: 'web',
      runbook: 'https://wiki/home',
    },
    {
      id: 'staging-answers',
      title: 'Staging answers',
      kind: 'endpoints',
      paths: ['/'],
      phases: ['preflight'],
    },
  ],
  slo: {
    source: { adapter: 'prometheus', url: 'http://127.0.0.1:9090' },
    up: 'up{job="shop"}',
    objectives: [
      {
        id: 'errors-are-few',
        title: 'Few requests fail',
        kind: 'error-rate',
        bad: 'http_errors_total',
        total: 'http_requests_total',
        atMost: { critical: 0.05 },
        forS: 300,
        phases: ['watch'],
        owner: 'api',
      },
    ],
  },
  metrics: {
    sources: { prometheus: { adapter: 'prometheus', url: 'http://127.0.0.1:9090' } },
    checks: [
      {
        id: 'queue-is-short',
        title: 'The queue is short',
        kind: 'gauge',
        of: 'queue_length',
        unit: 'jobs',
        limits: { warning: { atMost: 10 }, critical: { atMost: 100 }, rollback: { atMost: 1000 } },
        phases: ['watch'],
      },
    ],
  },
  people: {
    roles: [
      { role: 'DBA', members: [{ name: 'Bo', contact: '#dba' }, { name: 'Cy' }] },
      { role: 'lead', members: [{ name: 'Ada', contact: '+49 30 1' }] },
    ],
    sections: [
      {
        id: 'pre-flight',
        title: 'Pre-flight',
        phases: ['preflight'],
        signOff: 'lead',
        statements: [{ id: 'rollback-tested', title: 'The roll-back was tested', role: 'DBA' }],
      },
    ],
  },
  runbook: {
    decides: 'lead',
    rollbackWithinMinutes: 2,
    keepOldDays: 30,
    triggers: ['Any payment error'],
    steps: [
      {
        id: 'lower-ttl',
        title: 'Lower the TTL',
        phase: 'preflight',
        who: 'DBA',
        minutes: 5,
        hand: 'At the provider.',
      },
      {
        id: 'switch',
        title: 'Switch',
        phase: 'cutover',
        who: 'lead',
        minutes: 2,
        run: ['echo ```one', 'two'],
        until: 'it is done',
      },
      { id: 'drain', title: 'Drain', phase: 'cutover', who: 'lead', run: 'drain' },
      {
        id: 'undo',
        title: 'Go back',
        phase: 'rollback',
        who: 'DBA',
        minutes: 1.5,
        run: 'kubectl rollout undo',
      },
      { id: 'dump', title: 'Dump old', phase: 'archive', who: 'DBA', hand: 'A last dump.' },
    ],
  },
} as unknown as PlanInput;

const SOURCE = { file: 'greenlight.config.mts', digest: `sha256:${'a'.repeat(64)}` };
const page = (plan: PlanInput = BASE, release?: string): string =>
  renderRunbook(parsePlan(plan), { release, plan: SOURCE });

describe('the runbook', () => {
  test('has the steps of each phase with commands, who and how long', () => {
    const text = page(BASE, '2.4.0');
    expect(text).toContain('# Runbook: shop, release 2.4.0');
    expect(text).toContain('## 1. Before: preflight');
    expect(text).toContain('### 1.1 Lower the TTL\n\n- [ ] **DBA: Bo (#dba) or Cy**, about 5 min.');
    expect(text).toContain('At the provider.');
    expect(text).toContain('````sh\necho ```one\ntwo\n````');
    expect(text).toContain('Go on when: it is done');
    expect(text).toContain('| Cut-over | 2 | 2 and more | 0 | 0 |');
    expect(text).toContain('**Decides where the machine cannot tell:** lead: Ada (+49 30 1)');
  });

  test('lists what a run of the phase would check, no more and no less, and what people state', () => {
    const plan = parsePlan(BASE);
    const text = page(BASE, '2.4.0');
    const chapters = text.split('\n## ');
    for (const [title, phase] of [
      ['Before: preflight', 'preflight'],
      ['Right after', 'post-cutover'],
      ['Watch', 'watch'],
    ] as const) {
      const chapter = chapters.find((one) => /^\d/.test(one) && one.includes(title)) ?? '';
      const listed = [...chapter.matchAll(/^\| .*\(`([a-z-]+)`\) \| (?:blocking|advisory) \|/gm)].map(
        ([, id]) => id,
      );
      expect(listed, phase).toEqual(checksOf(plan, phase).map(({ id }) => id));
      expect(chapter).toContain(`greenlight run --phase ${phase} --release 2.4.0`);
    }
    expect(text).toContain(
      '[The home page \\| answers](https://wiki/home) (`home-answers`) | blocking | web |',
    );
    expect(text).toContain('- [ ] The roll-back was tested (`rollback-tested`), DBA: Bo (#dba) or Cy');
    expect(text).toContain('(`pre-flight`), lead: Ada (+49 30 1)');
  });

  test('has the roll-back with triggers, limits, steps and time, and the archive', () => {
    const text = page();
    expect(text).toContain('| Few requests fail (`errors-are-few`) | above 5 %, for 5 min | api |');
    // Beyond the critical one the check fails already, long before the other is reached.
    expect(text).toContain(
      '| The queue is short (`queue-is-short`) | above 100 jobs (critical); above 1000 jobs (roll-back level) |  |',
    );
    expect(text).toContain('| Any payment error | somebody sees it | lead |');
    expect(text).toContain('Again 20: call lead: Ada (+49 30 1), who decides.');
    expect(text).toContain('within 2 minutes');
    expect(text).toContain('### R.1 Go back');
    expect(text).toContain('kubectl rollout undo');
    expect(text).toContain('**30 days**');
    expect(text).toContain('### A.1 Dump old');
  });

  test.each([
    [{ critical: { atMost: 5 } }, 'above 5'],
    [{ rollback: { atMost: 5 } }, 'above 5'],
    [{ critical: { atMost: 5 }, rollback: { atMost: 5 } }, 'above 5'],
    [{ warning: { atMost: 1 }, critical: { atLeast: 2, atMost: 5 } }, 'above 5 or below 2'],
    [{ critical: { atLeast: 2 }, rollback: { atMost: 5 } }, 'below 2 (critical); above 5 (roll-back level)'],
    [{ warning: { atMost: 1 } }, undefined],
  ])('says each limit beyond which a number fails: %o', (limits, said) => {
    expect(limitOfMetric({ limits, unit: undefined })).toBe(said);
  });

  test('asks for the old release once it went back to it, and says so only where a machine checks that', () => {
    const [first, ...others] = BASE.probes ?? [];
    const back = page(
      { ...BASE, probes: [{ ...first, phases: ['post-cutover', 'rollback'] }, ...others] } as PlanInput,
      '2.4.0',
    );
    expect(back).toContain('export RELEASE=2.4.0\nexport OLD_RELEASE=\n');
    expect(back).toContain('greenlight run --phase rollback --release "$OLD_RELEASE"');
    expect(back).toContain('greenlight run --phase post-cutover --release 2.4.0');
    expect(page()).not.toContain('OLD_RELEASE');
  });

  test('names no trigger that does not decide', () => {
    const advisory = page({
      ...BASE,
      policy: { default: { advisory: ['errors-are-few', 'queue-is-short'] } },
    });
    const triggers = advisory.split('### Triggers')[1] ?? '';
    expect(triggers).not.toContain('errors-are-few');
    expect(triggers).not.toContain('queue-is-short');
    expect(triggers).toContain('2 blocking checks');
  });

  test('names the release safely in commands, or leaves it to the shell', () => {
    expect(page(BASE, "2.4'; rm -rf x")).toContain("--release '2.4'\\''; rm -rf x'");
    expect(page()).toContain('--release "$RELEASE"');
    expect(page()).toContain('export RELEASE=');
    expect(page(BASE, '2.4.0')).toContain('export RELEASE=2.4.0\n');
    expect(page(BASE, '2.4.0')).not.toContain('$RELEASE');
  });

  test('names the plan in commands where it would not be found', () => {
    const other = renderRunbook(parsePlan(BASE), { release: '2.4.0', plan: { file: 'the shop.config.mts' } });
    expect(other).toContain(
      "greenlight run --config 'the shop.config.mts' --phase preflight --release 2.4.0",
    );
    expect(page()).not.toContain('--config');
  });

  test('says what the plan does not: no steps back, no days, nobody', () => {
    const bare = page({ target: BASE.target, probes: [...(BASE.probes ?? [])] });
    expect(bare).toContain('The plan has no steps for it');
    expect(bare).toContain('does not say how long the old system is kept');
    expect(bare).toContain('The plan names nobody');
  });
});

describe('a plan is refused for', () => {
  const step = { id: 'one', title: 'One', phase: 'cutover', who: 'lead', run: 'true' };
  test.each<[string, object, string]>([
    ['a step without what to do', { steps: [{ ...step, run: undefined }] }, 'runbook.steps[0]'],
    ['a step that is both', { steps: [{ ...step, hand: 'x' }] }, 'give either "run"'],
    ['two steps of one id', { steps: [step, step] }, 'runbook.steps[1].id'],
    ['a role that nobody has', { steps: [{ ...step, who: 'intern' }] }, 'runbook.steps[0].who'],
    ['a decider that nobody is', { decides: 'king' }, 'runbook.decides'],
    ['a phase that is none', { steps: [{ ...step, phase: 'party' }] }, 'runbook.steps[0].phase'],
    ['no time', { steps: [{ ...step, minutes: 0 }] }, 'runbook.steps[0].minutes'],
  ])('%s', (_, runbook, words) => {
    let said = '';
    try {
      parsePlan({ ...BASE, runbook });
    } catch (error) {
      said = JSON.stringify((error as { problems?: unknown }).problems);
    }
    expect(said.replaceAll('\\"', '"')).toContain(words);
  });
});

test('greenlight runbook prints it, or writes it', async () => {
  const directory = mkdtempSync(path.join(tmpdir(), 'greenlight-runbook-'));
  try {
    writeFileSync(path.join(directory, 'greenlight.config.mjs'), `export default ${JSON.stringify(BASE)};`);
    const printed = await commandLine(directory, ['runbook', '--release', '2.4.0']);
    expect(printed.code, printed.err).toBe(0);
    const written = await commandLine(directory, ['runbook', '--release', '2.4.0', '-o', 'docs/RUNBOOK.md']);
    expect(written.code, written.err).toBe(0);
    expect(readFileSync(path.join(directory, 'docs/RUNBOOK.md'), 'utf8')).toBe(printed.out);
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
});
