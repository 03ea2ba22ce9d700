import { checksOf } from '../../contract/plan/checks.ts';
import type { Plan } from '../../contract/plan/plan.ts';
import { policyOf } from '../../contract/plan/people.ts';
import { type Cover, type Coverage, type CoverKind, kindOfCover } from './mapping.ts';
import type { DocumentStatement } from './statements.ts';

const KINDS: readonly (readonly [kind: CoverKind, words: string])[] = [
  ['check', 'said by a check that runs'],
  ['statement', 'stated by a person'],
  ['policy', 'a line of the policy'],
  ['announce', 'announced from the verdict by a step of the runbook'],
  ['command', 'answered by a command of a step of the runbook'],
  ['told', 'told to a channel of `notify`'],
  ['later', 'to come, see the last column'],
];

/** How many statements of a document are covered in which way. */
export function countCovers(
  statements: readonly DocumentStatement[],
  coverage: Coverage,
): Readonly<Record<CoverKind, number>> {
  const counts = { check: 0, statement: 0, policy: 0, announce: 0, command: 0, told: 0, later: 0 };
  for (const { id } of statements) {
    const cover = coverage[id];
    if (cover !== undefined) counts[kindOfCover(cover)] += 1;
  }
  return counts;
}

/** The page COVERAGE.md of an example: every statement of its document, and where it went. Pure. */
export function renderCoverage(
  example: string,
  statements: readonly DocumentStatement[],
  plan: Plan,
  coverage: Coverage,
): string {
  const counts = countCovers(statements, coverage);
  return [
    `# ${example}: what became of every statement`,
    '',
    'Made from `coverage.ts` and the plan; a test refuses a statement without a place, and a place that the plan does not have.',
    '`id` is the line of the cut-over document.',
    '',
    '<!-- prettier-ignore-start -->',
    '',
    '| statements | how |',
    '| ---: | --- |',
    ...KINDS.map(([kind, words]) => `| ${counts[kind]} | ${words} |`),
    `| ${statements.length} | in all |`,
    '',
    '| id | phase | statement | covered by | note |',
    '| --- | --- | --- | --- | --- |',
    ...statements.map((statement) => {
      const cover = coverage[statement.id];
      const [by, note] = cover === undefined ? ['nothing', ''] : wordsOf(cover, statement, plan);
      return `| ${statement.id} | ${statement.phase} | ${cell(statement.text)} | ${by} | ${cell(note)} |`;
    }),
    '',
    '<!-- prettier-ignore-end -->',
    '',
  ].join('\n');
}

function wordsOf(
  cover: Cover,
  { phase }: DocumentStatement,
  plan: Plan,
): readonly [by: string, note: string] {
  if ('check' in cover) {
    const planned = checksOf(plan, phase);
    const ids = [cover.check].flat().filter((id) => planned.some((check) => check.id === id));
    return [ids.map((id) => `\`${id}\``).join(', '), cover.note ?? ''];
  }
  if ('statement' in cover) {
    const roles = policyOf(plan, phase).attestations.filter(({ id }) => id === cover.statement);
    return [`${roles.map(({ role }) => role).join(', ')}: \`${cover.statement}\``, cover.note ?? ''];
  }
  if ('announce' in cover)
    return [`runbook: \`greenlight announce --kind ${cover.announce}\``, cover.note ?? ''];
  if ('command' in cover) return [`runbook: \`greenlight ${cover.command}\``, cover.note ?? ''];
  if ('told' in cover) {
    const channels = cover.told.to.map((name) => `\`${name}\``).join(', ');
    return [`notify: ${channels}`, cover.note ?? ''];
  }
  if ('policy' in cover) return [`policy: \`${cover.policy}\``, cover.note];
  return [`later: ${cover.later}`, cover.note];
}

const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll('\n', ' ');
