import { opened } from '../renderers/html/folded.ts';
import { stateBadge } from '../renderers/html/icons.ts';
import { type Markup, markup } from '../renderers/html/markup.ts';
import { section } from '../renderers/html/section.ts';
import { statementTable } from '../renderers/html/statement-table.ts';
import { heading, MOST_SHOWN, moreLine, statementLine } from '../renderers/terminal/paint.ts';
import { plural } from '../renderers/words.ts';
import { type DetailSection, detailsOf } from './detail-section.ts';

/** Small checks of single things, comparison by comparison; the terminal shows only those that do not hold. */
export const probe: DetailSection<'probe'> = {
  statements: ({ statements }) => statements,
  html: (verdict) =>
    section(
      'probes',
      'Probes',
      detailsOf(verdict, 'probe').map(
        ({ check, detail }) => markup`<details${opened(check.state)}>
<summary>${stateBadge(check.state)} <code>${check.id}</code> <span class="of">${check.title}</span> <span class="small">${plural(detail.statements.length, 'comparison')}</span></summary>
${statementTable(`Comparisons of ${check.id}`, detail.statements)}${printed(detail.output)}
</details>`,
      ),
    ),
  terminal: (verdict, paint) => {
    const probes = detailsOf(verdict, 'probe');
    if (probes.length === 0) return [];
    const told = probes.flatMap(({ check, detail }) => {
      const broken = detail.statements.filter(({ ok }) => !ok);
      return broken.length > 0 ? [{ check, broken, of: detail.statements.length }] : [];
    });
    const others = probes.length - told.length;
    return [
      heading('Probes', probes.length, paint),
      ...told.flatMap(({ check, broken, of }) => [
        `  ${paint('bold', check.id)}  ${broken.length} of ${plural(of, 'comparison')} ${broken.length === 1 ? 'does' : 'do'} not hold`,
        ...broken.slice(0, MOST_SHOWN).map((one) => statementLine(one, 'expected', paint)),
        ...moreLine(broken.length - MOST_SHOWN),
      ]),
      ...(others > 0
        ? [`  ${plural(others, told.length > 0 ? 'other' : 'probe')}: no comparison went wrong`]
        : []),
      '',
    ];
  },
};

/** What a program printed. */
function printed(output: readonly string[] | undefined): Markup {
  return output === undefined
    ? markup``
    : markup`
<pre>${output.join('\n')}</pre>`;
}
