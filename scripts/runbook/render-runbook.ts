import { checksOf, type PlannedCheck } from '../../contract/plan/checks.ts';
import { policyOf } from '../../contract/plan/people.ts';
import type { Phase } from '../../contract/evidence/outcome.ts';
import type { Plan } from '../../contract/plan/plan.ts';
import type { Runbook, RunbookStep } from '../../contract/plan/runbook.ts';
import { plain } from '../../contract/verdict/plain-words.ts';
import type { RequiredAttestation, RoleMember } from '../../contract/verdict/policy.ts';
import { isUsualName } from '../../host/load-config.ts';
import { plural } from '../../reporters/renderers/words.ts';
import { shellWord } from '../../reporters/renderers/shell-word.ts';
import { limitOf, limitOfMetric } from './limits.ts';

/** What the page is made of, besides the plan. */
export interface RunbookQuestion {
  /** The release that it is for; without one, commands name it by a variable of the shell. */
  readonly release: string | undefined;
  /** Name of the plan's file, and its digest where the page is printed: it must be told from a newer one. */
  readonly plan: { readonly file: string; readonly digest?: string };
}

/** In the order of the night; roll-back and archive have chapters of their own. */
const CHAPTERS = ['preflight', 'canary', 'cutover', 'post-cutover', 'watch', 'synthetic'] as const;
const TITLES: Record<Phase, string> = {
  preflight: 'Before: preflight',
  canary: 'Canary',
  cutover: 'Cut-over',
  'post-cutover': 'Right after: post-cutover checklist',
  watch: 'Watch, while the way back is open',
  synthetic: 'For good: synthetic checks',
  rollback: 'Roll-back',
};

/** What to do with the answer of a run, which is another thing before traffic has moved and after it went back. */
const ANSWERS: Record<Phase, string> = {
  preflight:
    'Exit code 0 (GO): go on. 10 (NO_GO): stop, and leave traffic on the old system. Any other: nothing is known.',
  canary: 'Exit code 0 (GO): go on. 10 (NO_GO): roll back. Any other: nothing is known; wait at this weight.',
  cutover: 'Exit code 0 (GO): go on. 10 (NO_GO): roll back. Any other: nothing is known.',
  'post-cutover': 'Exit code 0 (GO): traffic stays. 10 (NO_GO): roll back. Any other: nothing is known.',
  watch: 'Exit code 0 (GO): traffic stays. 10 (NO_GO): roll back. Any other: nothing is known.',
  synthetic:
    'Exit code 0 (GO): it works. 10 (NO_GO): call the owner of what failed. Any other: nothing is known.',
  rollback:
    'Exit code 0 (GO): the old system serves. 10 (NO_GO): the roll-back has not worked. Any other: nothing is known.',
};

const NO_RUNBOOK: Runbook = { triggers: [], steps: [] };

/**
 * The runbook as Markdown: what people do with commands, who and how long; what the machine checks; when and how to roll
 * back; what to do with the old system. Pure: the same plan gives the same page.
 */
export function renderRunbook(plan: Plan, question: RunbookQuestion): string {
  const page = new Page(plan, question);
  return [
    ...page.head(),
    ...page.people(),
    ...page.overview(),
    ...CHAPTERS.flatMap((phase) => page.chapter(phase)),
    ...page.rollback(),
    ...page.archive(),
  ].join('\n');
}

class Page {
  readonly #plan: Plan;
  readonly #runbook: Runbook;
  /** As commands name it. */
  readonly #release: string;
  readonly #named: string | undefined;
  readonly #source: RunbookQuestion['plan'];
  #chapters = 0;

  constructor(plan: Plan, { release, plan: source }: RunbookQuestion) {
    this.#plan = plan;
    this.#runbook = plan.runbook ?? NO_RUNBOOK;
    this.#named = release;
    this.#release = release === undefined ? '"$RELEASE"' : shellWord(release);
    this.#source = source;
  }

  head(): string[] {
    const { target } = this.#plan;
    const old = target.old?.urls?.['app'];
    const { digest } = this.#source;
    return [
      `# Runbook: ${line(target.name)}${this.#named === undefined ? '' : `, release ${line(this.#named)}`}`,
      '',
      `New: ${target.urls['app'] ?? ''}${old === undefined ? '' : `  \nOld: ${old}`}`,
      '',
      `Made by \`greenlight runbook\` from \`${this.#source.file}\`${digest === undefined ? '' : `, plan ${digest.slice(0, 19)}`}. Change the plan, not this page.`,
      '',
      this.#goesBack()
        ? 'Before anything else, say in every terminal which release it is about, and which one runs again after a roll-back:'
        : 'Before anything else, say in every terminal which release it is about:',
      '',
      ...fenced([
        `export RELEASE=${this.#named === undefined ? '' : this.#release}`,
        ...(this.#goesBack() ? ['export OLD_RELEASE='] : []),
      ]),
      '',
    ];
  }

  people(): string[] {
    const { roles } = this.#plan.people;
    const { decides } = this.#runbook;
    const rows = roles.flatMap(({ role, members }) =>
      members.map(({ name, contact = '' }) => `| ${cell(role)} | ${cell(name)} | ${cell(contact)} |`),
    );
    return [
      '## Who is who',
      '',
      ...(decides === undefined
        ? []
        : [`**Decides where the machine cannot tell:** ${this.#who(decides)}`, '']),
      ...(rows.length === 0
        ? ['The plan names nobody (`people.roles`).']
        : ['| role | name | reached at |', '|---|---|---|', ...rows]),
      '',
    ];
  }

  overview(): string[] {
    const rows = [...CHAPTERS, 'rollback' as const].flatMap((phase) => {
      const [steps, checks, stated] = [this.#steps(phase), this.#checks(phase), this.#stated(phase)];
      if (steps.length + checks.length + stated.length === 0) return [];
      return [
        `| ${TITLES[phase]} | ${steps.length} | ${minutesOf(steps)} | ${checks.length} | ${stated.length} |`,
      ];
    });
    return [
      '## At a glance',
      '',
      '| phase | steps | minutes | checks of the machine | statements of people |',
      '|---|--:|--:|--:|--:|',
      ...rows,
      '',
    ];
  }

  chapter(phase: (typeof CHAPTERS)[number]): string[] {
    const [steps, checks, stated] = [this.#steps(phase), this.#checks(phase), this.#stated(phase)];
    if (steps.length + checks.length + stated.length === 0) return [];
    this.#chapters += 1;
    return [
      `## ${this.#chapters}. ${TITLES[phase]}`,
      '',
      ...this.#stepLines(steps, String(this.#chapters)),
      ...this.#statedLines(stated),
      ...this.#checkLines(phase, checks),
    ];
  }

  rollback(): string[] {
    const steps = this.#steps('rollback');
    const { rollbackWithinMinutes: within, decides } = this.#runbook;
    const call = decides === undefined ? 'whoever decides' : this.#who(decides);
    const watched = this.#checks('watch').length > 0 ? 'watch' : 'post-cutover';
    const limited = this.#limited();
    const levels = new Set(limited.map(({ id }) => id));
    const others = [
      ...new Map(
        [...this.#checks('post-cutover'), ...this.#checks('watch')].map((one) => [one.id, one]),
      ).values(),
    ].filter(({ id, severity }) => severity === 'blocking' && !levels.has(id));
    return [
      '## Roll-back',
      '',
      '### Decide',
      '',
      '```',
      'Does one of the triggers below hold?',
      '├─ yes ──> ROLL BACK. Do not wait for anybody.',
      `└─ no ───> ${this.#command(watched)}`,
      '           ├─ exit 10, NO_GO ─────────> ROLL BACK.',
      '           ├─ exit 20, INCONCLUSIVE ──> Read the first reason, mend what is ours, run once more.',
      `           │                            Again 20: call ${call}, who decides.`,
      '           ├─ any other but 0 ────────> Nothing is known: mend the command, run again.',
      '           └─ exit 0, GO ─────────────> Stay. Look again as planned.',
      '```',
      '',
      '### Triggers',
      '',
      '| trigger | roll back when | call |',
      '|---|---|---|',
      ...limited.map(
        ({ id, title, limit, owner = '' }) =>
          `| ${cell(title)} (\`${id}\`) | ${cell(limit)} | ${cell(owner)} |`,
      ),
      ...(others.length === 0
        ? []
        : [
            `| ${plural(others.length, 'blocking check')} of post-cutover and watch, listed above | one of them fails | its owner |`,
          ]),
      ...this.#runbook.triggers.map(
        (trigger) => `| ${cell(trigger)} | somebody sees it | ${cell(decides ?? '')} |`,
      ),
      '',
      '### Do',
      '',
      ...(within === undefined ? [] : [`**It must be done within ${count(within)} minutes.**`, '']),
      ...(steps.length === 0
        ? [
            "**The plan has no steps for it** (`runbook.steps` with `phase: 'rollback'`): write them before the night.",
            '',
          ]
        : this.#stepLines(steps, 'R')),
      ...this.#checkLines('rollback', this.#checks('rollback')),
    ];
  }

  archive(): string[] {
    const steps = this.#runbook.steps.filter(({ phase }) => phase === 'archive');
    const { keepOldDays: days } = this.#runbook;
    const { old } = this.#plan.target;
    if (steps.length === 0 && days === undefined && old === undefined) return [];
    return [
      '## Archive of the old system',
      '',
      days === undefined
        ? 'The plan does not say how long the old system is kept (`runbook.keepOldDays`): delete nothing.'
        : `Keep the old system for **${days} days** after the cut-over: reachable, read-only, its data as it is. Delete nothing before.`,
      '',
      ...this.#stepLines(steps, 'A'),
    ];
  }

  /** Service levels and numbers that are watched while the way back is open, with the limit that calls for it. */
  #limited(): readonly { id: string; title: string; limit: string; owner?: string | undefined }[] {
    const decide = new Set(
      (['canary', 'post-cutover', 'watch'] as const).flatMap((phase) =>
        this.#checks(phase).flatMap(({ id, severity }) => (severity === 'blocking' ? [id] : [])),
      ),
    );
    const isWatched = ({ id }: { readonly id: string }): boolean => decide.has(id);
    return [
      ...(this.#plan.slo?.objectives ?? []).filter(isWatched).map((one) => ({ ...one, limit: limitOf(one) })),
      ...(this.#plan.metrics?.checks ?? []).filter(isWatched).flatMap((one) => {
        const limit = limitOfMetric(one);
        return limit === undefined ? [] : [{ ...one, limit }];
      }),
    ];
  }

  /** After a roll-back the old release runs: asked for the new one, a roll-back that worked would be called broken. */
  #command(phase: Phase): string {
    const release = phase === 'rollback' ? '"$OLD_RELEASE"' : this.#release;
    // Without it, whoever types the line would ask about the plan that has the usual name.
    const config = isUsualName(this.#source.file) ? '' : ` --config ${shellWord(this.#source.file)}`;
    return `greenlight run${config} --phase ${phase} --release ${release}`;
  }

  /** Whether the machine checks what runs after a roll-back. */
  #goesBack(): boolean {
    return this.#checks('rollback').length > 0;
  }

  #steps(phase: Phase): readonly RunbookStep[] {
    return this.#runbook.steps.filter((step) => step.phase === phase);
  }

  #checks(phase: Phase): readonly PlannedCheck[] {
    const checks = checksOf(this.#plan, phase);
    // What a target brings with it is checked whenever a run is; alone it makes no phase.
    return checks.some(({ source }) => source !== 'built-in') ? checks : [];
  }

  #stated(phase: Phase): readonly RequiredAttestation[] {
    return policyOf(this.#plan, phase).attestations;
  }

  #stepLines(steps: readonly RunbookStep[], chapter: string): string[] {
    return steps.flatMap((step, index) => [
      `### ${chapter}.${index + 1} ${line(step.title)}`,
      '',
      `- [ ] **${this.#who(step.who)}**${step.minutes === undefined ? '' : `, about ${count(step.minutes)} min`}. Done at ____ by ____ (\`${step.id}\`)`,
      '',
      ...(step.run === undefined ? [line(step.hand ?? '')] : fenced([step.run].flat())),
      '',
      ...(step.until === undefined ? [] : [`Go on when: ${line(step.until)}`, '']),
    ]);
  }

  #statedLines(stated: readonly RequiredAttestation[]): string[] {
    if (stated.length === 0) return [];
    const sections = [...new Set(stated.map(({ section = 'Statements' }) => section))];
    return [
      '**People state** (`greenlight checklist` shows what is open):',
      '',
      ...sections.flatMap((section) => [
        ...(sections.length === 1 ? [] : [`*${line(section)}*`, '']),
        ...stated
          .filter((one) => (one.section ?? 'Statements') === section)
          .map(({ id, title, role }) => `- [ ] ${line(title)} (\`${id}\`), ${this.#who(role)}`),
        '',
      ]),
    ];
  }

  #checkLines(phase: Phase, checks: readonly PlannedCheck[]): string[] {
    if (checks.length === 0) return [];
    const row = ({ id, title, severity, owner = '', runbook }: PlannedCheck): string => {
      const name =
        runbook === undefined ? cell(title) : `[${cell(title).replaceAll(']', '\\]')}](${runbook})`;
      return `| ${name} (\`${id}\`) | ${severity} | ${cell(owner)} |`;
    };
    return [
      `**The machine checks** ${plural(checks.length, 'statement')}:`,
      '',
      ...fenced([this.#command(phase)]),
      '',
      ANSWERS[phase],
      '',
      '| check | weight | call |',
      '|---|---|---|',
      ...checks.map(row),
      '',
    ];
  }

  /** `DBA: Bo (#dba) or Cy`. */
  #who(role: string): string {
    const named = this.#plan.people.roles.find((one) => plain(one.role) === plain(role));
    return named === undefined ? line(role) : `${line(role)}: ${named.members.map(reached).join(' or ')}`;
  }
}

function reached({ name, contact }: RoleMember): string {
  return line(contact === undefined ? name : `${name} (${contact})`);
}

function minutesOf(steps: readonly RunbookStep[]): string {
  const known = steps.flatMap(({ minutes }) => minutes ?? []);
  const sum = count(known.reduce((total, one) => total + one, 0));
  if (known.length === steps.length) return steps.length === 0 ? '' : sum;
  return known.length === 0 ? 'not said' : `${sum} and more`;
}

/** As it would be typed; a fence that the lines themselves cannot end. */
function fenced(lines: readonly string[]): string[] {
  const longest = Math.max(
    2,
    ...lines.flatMap((one) => [...one.matchAll(/`+/g)].map(([ticks]) => ticks.length)),
  );
  const fence = '`'.repeat(longest + 1);
  return [`${fence}sh`, ...lines, fence];
}

/** The plan's own words, on one line: they may hold links and emphasis. */
function line(words: string): string {
  return words.replace(/\s+/g, ' ').trim();
}

function cell(words: string): string {
  return line(words).replaceAll('|', '\\|');
}

function count(value: number): string {
  return String(Number(value.toFixed(1)));
}
