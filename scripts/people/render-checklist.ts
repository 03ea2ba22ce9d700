import type { AttestationResult } from '../../contract/verdict/verdict.ts';
import { ATTESTATION_WORDS, saidBeside, whenAndHow } from '../../reporters/renderers/attestation-words.ts';
import { flat } from '../../reporters/renderers/flat.ts';
import { markdownText } from '../../reporters/renderers/markdown-text.ts';
import { type Paint, STATE_LOOK } from '../../reporters/renderers/terminal/paint.ts';
import { time } from '../../reporters/renderers/words.ts';
import { shellWord } from '../../reporters/renderers/shell-word.ts';
import { type Checklist, type ChecklistItem, itemsOf } from './checklist.ts';

const LOOK: Record<AttestationResult['state'], (typeof STATE_LOOK)['passed']> = {
  attested: STATE_LOOK.passed,
  refused: STATE_LOOK.failed,
  expired: STATE_LOOK.unknown,
  missing: STATE_LOOK['not-run'],
};

/** The checklist for a terminal: what is given in one line, what is open with whose it is and what to type. */
export function renderChecklist(checklist: Checklist, paint: Paint): string {
  const lines = [paint('bold', headline(checklist)), ''];
  for (const { title, items } of checklist.sections) {
    lines.push(paint('bold', clean(title)));
    for (const item of items) {
      const { sign, colour } = LOOK[item.state];
      lines.push(`  ${paint(colour, sign)} ${clean(item.title)}  ${paint('dim', `(${item.id})`)}`);
      lines.push(...below(item, checklist).map((line) => `      ${clean(line)}`));
    }
    lines.push('');
  }
  lines.push(...checklist.notices.map((notice) => `note: ${clean(notice)}`));
  return lines.join('\n').trimEnd();
}

function below(item: ChecklistItem, checklist: Checklist): readonly string[] {
  const { by, state, role } = item;
  if (by !== null && (state === 'attested' || state === 'refused')) {
    const said = saidBeside(by);
    const who = `${state === 'refused' ? 'refused by ' : ''}${by.name} (${role})`;
    return [`${who}, ${whenAndHow(by, checklist.at)}${said === '' ? '' : `; ${said}`}`];
  }
  return [
    `for ${forWhom(item)}${item.signature ? ', who signs once the rest is given' : ''}`,
    ...(item.note === undefined ? [] : [item.note]),
    commandOf(item, checklist),
  ];
}

/** The checklist as Markdown, with boxes that are ticked where it is given. */
export function renderChecklistMarkdown(checklist: Checklist): string {
  const lines = [`# ${text(headline(checklist))}`, '', `As of ${time(checklist.at)}.`];
  for (const { title, items } of checklist.sections) {
    lines.push('', `## ${text(title)}`, '');
    for (const item of items) {
      const { by, state } = item;
      const box = state === 'attested' ? 'x' : ' ';
      lines.push(`- [${box}] **${text(item.title)}** (\`${item.id}\`): ${text(stateText(item))}`);
      if (by !== null && (state === 'attested' || state === 'refused')) {
        const said = saidBeside(by);
        lines.push(`  ${text(`${by.name} (${item.role}), ${whenAndHow(by, checklist.at)}`)}`);
        if (said !== '') lines.push(`  ${text(said)}`);
      } else {
        if (item.note !== undefined) lines.push(`  ${text(item.note)}`);
        lines.push(`  \`${clean(commandOf(item, checklist)).replaceAll('`', "'")}\``);
      }
    }
  }
  if (checklist.notices.length > 0) {
    lines.push('', '## Does not count', '', ...checklist.notices.map((notice) => `- ${text(notice)}`));
  }
  return lines.join('\n');
}

function stateText(item: ChecklistItem): string {
  if (item.state === 'attested' || item.state === 'refused') return ATTESTATION_WORDS[item.state];
  return `${ATTESTATION_WORDS[item.state]}, for ${forWhom(item)}`;
}

function headline(checklist: Checklist): string {
  const items = itemsOf(checklist);
  const given = items.filter(({ state }) => state === 'attested').length;
  const release = checklist.release === null ? '' : `, release ${checklist.release.id}`;
  const refused = items.filter(({ state }) => state === 'refused').length;
  return (
    `Checklist of ${checklist.target}${release}: ${given} of ${items.length} given` +
    (refused === 0 ? '' : `, ${refused} refused`)
  );
}

/** `DBA: Bo (#dba) or Cy`. */
function forWhom({ role, members }: ChecklistItem): string {
  if (members.length === 0) return role;
  const names = members.map(({ name, contact }) => (contact === undefined ? name : `${name} (${contact})`));
  return `${role}: ${names.join(' or ')}`;
}

/** What whoever has done it types. */
function commandOf(item: ChecklistItem, { release, config }: Checklist): string {
  const [first] = item.members;
  const name = item.members.length === 1 ? shellWord(first?.name ?? '') : '"<your name>"';
  const id = release === null ? '<release>' : shellWord(release.id);
  const needsKey = item.members.length > 0 && item.members.every(({ key }) => key !== undefined);
  return [
    `greenlight attest --id ${item.id} --decision attested --name ${name} --role ${shellWord(item.role)}`,
    ...(config === undefined ? [] : [`--config ${shellWord(config)}`]),
    ...(item.validFor === 'release' ? [`--release ${id}`] : []),
    ...(needsKey ? ['--key <your key>'] : []),
  ].join(' ');
}

function clean(words: string): string {
  return flat(words, 2000);
}

function text(words: string): string {
  return markdownText(words, 2000);
}
