import { markup } from '../renderers/html/markup.ts';
import { type SummaryInput, summaryOf } from './summary-markdown.ts';

/** A summary as one page of HTML without script or network, also for mail. Everything in it is text. Pure. */
export function summaryHtml(input: SummaryInput): string {
  const { title, headline, lines, columns, rows, events } = summaryOf(input);
  const page = markup`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${title}</title>
<style>body{font:16px/1.5 system-ui,sans-serif;margin:2rem auto;max-width:80rem;padding:0 1rem}table{border-collapse:collapse;display:block;overflow-x:auto}th,td{border:1px solid #999;padding:.3rem .6rem;text-align:left}</style>
</head><body><h1>${title}</h1><p><strong>${headline}</strong></p>
${lines.map((line) => markup`<p>${line}</p>`)}
<table><thead><tr>${columns.map((name) => markup`<th scope="col">${name}</th>`)}</tr></thead>
<tbody>${rows.map((cells) => markup`<tr>${cells.map((cell) => markup`<td>${cell}</td>`)}</tr>`)}</tbody></table>
<h2>What changed</h2>
${events.length === 0 ? markup`<p>Nothing.</p>` : markup`<ul>${events.map((event) => markup`<li>${event}</li>`)}</ul>`}
</body></html>
`;
  return page.toString();
}
