import type { Seen } from './look/look-at-target.ts';
import type { DataPart } from './plan/data-part.ts';

/** What was seen, a line for each thing, for a terminal. */
export function renderLook(seen: Seen, seconds: number): string {
  const { home, pages, health, version, openapi, openapiProblem, stopped } = seen;
  const lines: (readonly [string, string])[] = [
    ['asked', `${home.base}: ${seen.requests} GET requests in ${seconds.toFixed(1)} s`],
    ...home.hops.map(({ from, to, status }) => ['', `${from} leads to ${to} (${status})`] as const),
  ];
  if (home.leadsTo !== undefined)
    lines.push(['', `its home page leads to ${home.leadsTo}, another site, which was not asked`]);
  if (home.answer === undefined)
    lines.push(['no', `answer: ${home.none ?? 'unknown'}; the plan holds only what you said`]);
  else lines.push(['found', `home page: ${home.answer.status}${needsCredentials(home.answer.status)}`]);
  if (pages.from !== undefined)
    lines.push(['found', `${pages.from}: ${pages.paths.length} pages that answer`]);
  if (health !== undefined)
    lines.push([
      'found',
      `health document at ${health.path}: ${health.said}${health.schema === undefined ? ', so it is only a comment in the plan' : ''}`,
    ]);
  if (version !== undefined) lines.push(['found', `release at ${version.path}: ${version.said}`]);
  if (openapi !== undefined) {
    const count = (result: string): number => openapi.gets.filter((one) => one.result === result).length;
    lines.push([
      'found',
      `OpenAPI ${openapi.version} (${openapi.from}): ${openapi.operations.length} operations, ${openapi.gets.length} GETs without values: ` +
        `${count('as-described')} as described, ${count('otherwise')} otherwise, ${count('guarded')} want credentials, ${count('not-probed')} left out`,
    ]);
  }
  for (const { operation, status } of openapi?.gets ?? [])
    if ((status ?? 0) >= 500) lines.push(['', `GET ${operation.path} answers ${status}`]);
  if (openapiProblem !== undefined) lines.push(['no', `OpenAPI: ${openapiProblem}`]);
  if (stopped !== undefined) lines.push(['', `nothing more was asked: ${stopped}`]);
  return lines.map(([mark, text]) => `${mark.padEnd(8)} ${text}`).join('\n');
}

function needsCredentials(status: number): string {
  return status === 401 || status === 403 ? ' (it wants credentials: see target.headers in the plan)' : '';
}

/** What was seen of the databases. */
export function renderData({ tables, suggestions }: DataPart): string {
  const proposed = suggestions.filter(({ key, inForce }) => key !== null && !inForce).length;
  return `${'found'.padEnd(8)} databases: ${tables.old} tables of old, ${tables.new} of new; ${proposed} differences to decide, as comments in the plan`;
}
