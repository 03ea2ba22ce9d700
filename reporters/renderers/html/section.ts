import { markup, type Markup } from './markup.ts';

/** A part of the page with its heading; nothing at all when it has no content. `count` where one part stands for several. */
export function section(
  id: string,
  title: string,
  content: readonly Markup[],
  intro?: string,
  count = content.length,
): Markup {
  if (content.length === 0) return markup``;
  return markup`<section aria-labelledby="${id}">
    <h2 id="${id}">${title} <span class="count">${count}</span></h2>
    ${intro === undefined ? '' : markup`<p class="intro">${intro}</p>`} ${content}
  </section>`;
}

export interface Column {
  readonly title: string;
  /** Numbers stand right, so that their digits line up. */
  readonly numeric?: boolean;
}

/** A real table with a caption; the first cell of each row is its heading. */
export function table(
  caption: string,
  columns: readonly Column[],
  rows: readonly (readonly Markup[])[],
): Markup {
  const align = (index: number): string => (columns[index]?.numeric === true ? 'num' : '');
  return markup`<div class="scroll" tabindex="0" role="region" aria-label="${caption}">
    <table>
      <caption>
        ${caption}
      </caption>
      <thead>
        <tr>
          ${columns.map((column, index) => markup`<th scope="col" class="${align(index)}">${column.title}</th>`)}
        </tr>
      </thead>
      <tbody>
        ${rows.map(
          (row) =>
            markup`<tr>
              ${row.map((cell, index) =>
                index === 0
                  ? markup`<th scope="row" class="${align(index)}">${cell}</th>`
                  : markup`<td class="${align(index)}">${cell}</td>`,
              )}
            </tr> `,
        )}
      </tbody>
    </table>
  </div>`;
}

/** The same as `section`, for one table whose rows are counted; `count` where one row stands for several. */
export function tableSection(
  id: string,
  title: string,
  caption: string,
  columns: readonly Column[],
  rows: readonly (readonly Markup[])[],
  count = rows.length,
): Markup {
  if (rows.length === 0) return markup``;
  return markup`<section aria-labelledby="${id}">
    <h2 id="${id}">${title} <span class="count">${count}</span></h2>
    ${table(caption, columns, rows)}
  </section>`;
}
