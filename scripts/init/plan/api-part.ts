import type { ResponseView } from '../../../contract/flow/http.ts';
import type { AskedOperation } from '../openapi/ask-operations.ts';
import type { Seen } from '../look/look-at-target.ts';
import { SCHEMAS_FILE } from './schemas-file.ts';
import { printed } from '../openapi/zod-expression.ts';
import { block, comment, commentedOut, quoted } from '../../../host/typescript-source.ts';

/** Lines for the list of probes, and the names of the schemas that they use. */
export interface ProbeLines {
  readonly lines: readonly string[];
  readonly schemas: readonly string[];
}

const PHASES = `phases: ['post-cutover', 'synthetic'],`;

/** Whether the home page is one that a visitor could see, or is sent on from: what the flow of the home page accepts. */
export function isHomePage({ status, text, headers }: ResponseView): boolean {
  if (status === 200) return text !== '';
  return [301, 302, 303, 307, 308].includes(status) && headers['location'] !== undefined;
}

/** The probes of what was seen: pages, health, the GETs of the API. */
export function probeLines(seen: Seen, newId: (words: string) => string): ProbeLines {
  const api = apiProbes(seen, newId);
  return {
    lines: [...pageProbe(seen), ...healthProbe(seen, newId), ...api.lines],
    schemas: api.schemas,
  };
}

/** The page of each path answered with 200; where there is no page at all, what the address answers instead. */
function pageProbe({ home, pages }: Seen): string[] {
  const { answer } = home;
  const homePage = answer?.status === 200 ? ['/'] : [];
  const paths = [...homePage, ...pages.paths];
  if (paths.length > 0) {
    const named = pages.from === undefined ? '' : ` The pages beside the first are from ${pages.from}.`;
    return [
      ...comment(`Pages that answered with 200. Add those that your visitors need most.${named}`),
      probe([
        `id: 'main-pages-answer',`,
        `title: 'The main pages answer',`,
        `kind: 'endpoints',`,
        ...listed('paths', paths),
        PHASES,
      ]),
    ];
  }
  // The flow of the home page says it already.
  if (answer === undefined || isHomePage(answer)) return [];
  return [
    ...comment(
      answer.status === 401 || answer.status === 403
        ? `The address wants credentials: give them in target.headers, and look again.`
        : `There is no page at the address itself, as with many APIs: that it says so shows that it is there.`,
    ),
    probe([
      `id: 'address-answers-as-before',`,
      `title: ${quoted(`The address answers ${answer.status}, as before`)},`,
      `kind: 'endpoints',`,
      `paths: ['/'],`,
      `status: ${answer.status},`,
      PHASES,
    ]),
  ];
}

function healthProbe({ health }: Seen, newId: (words: string) => string): string[] {
  if (health === undefined) return [];
  const { path, schema, said } = health;
  if (schema === undefined)
    return comment(
      `The health document at ${path} says ${said}. Once it is well, make it a probe: { kind: 'health', path, schema }.`,
    );
  return [
    ...comment(
      `The health document, as it was seen ("${said}"). Load balancers believe it: witnesses show whether it is true.`,
    ),
    probe([
      `id: '${newId('health document says it is well')}',`,
      `title: 'The health document says that all is well',`,
      `kind: 'health',`,
      `path: ${quoted(path)},`,
      `schema: ${printed(schema)},`,
      `// witnesses: [{ path: '/a-page-that-needs-the-database' }],`,
      PHASES,
    ]),
  ];
}

/** What of an API is not probed is said, with its reason. */
function apiProbes({ openapi }: Seen, newId: (words: string) => string): ProbeLines {
  if (openapi === undefined) return { lines: [], schemas: [] };
  const { gets, from, version, needValues } = openapi;
  const probed = gets.filter(({ result }) => result === 'as-described' || result === 'otherwise');
  const guarded = gets.filter(({ result }) => result === 'guarded');
  const others = gets.filter(({ result }) => result === 'not-probed');
  const head = `The API, by its description (OpenAPI ${version}, ${from}).`;
  return {
    lines: [
      ...comment(
        `${head} ${probed.length} of ${gets.length} GETs that need no values are probes.` +
          (needValues > 0 ? ` ${needValues} more need values, such as /orders/{id}: use them in flows.` : ''),
      ),
      ...probed.flatMap((one) => apiProbe(one, newId)),
      ...guardedProbe(guarded, newId),
      ...(others.length === 0 ? [] : comment('Not probed:')),
      ...others.flatMap(({ operation, why }) => comment(`  GET ${operation.path}: ${why}`)),
    ],
    schemas: probed.flatMap(({ schema, result }) =>
      schema === undefined || result === 'otherwise' ? [] : [schema],
    ),
  };
}

function apiProbe(
  { operation, result, status, schema, why }: AskedOperation,
  newId: (words: string) => string,
): string[] {
  const { path, summary } = operation;
  const described = schema !== undefined && result === 'as-described';
  return [
    ...(result === 'otherwise'
      ? comment(
          `Its answer is not as described (${why}), so only its status is compared; ${schema ?? 'nothing'} of ${SCHEMAS_FILE} is what is described.`,
        )
      : why === ''
        ? []
        : comment(`Only its status is compared: ${why}.`)),
    probe([
      `id: '${newId(`get ${path.split('?')[0] ?? ''} answers`)}',`,
      `title: ${quoted(titleOf(path, summary, described))},`,
      `kind: 'endpoints',`,
      `paths: [${quoted(path)}],`,
      ...(status === 200 ? [] : [`status: ${status ?? 200},`]),
      ...(described ? [`schema: ${schema},`] : []),
      PHASES,
    ]),
  ];
}

function titleOf(path: string, summary: string | undefined, described: boolean): string {
  const says = summary === undefined ? '' : ` (${summary.replaceAll(/\s+/g, ' ').slice(0, 60)})`;
  return `GET ${path} answers${described ? ' as described' : ''}${says}`;
}

/** Without credentials nothing can be said about them but that nobody else gets in. */
function guardedProbe(guarded: readonly AskedOperation[], newId: (words: string) => string): string[] {
  return [401, 403].flatMap((status) => {
    const paths = guarded.filter((one) => one.status === status).map(({ operation }) => operation.path);
    if (paths.length === 0) return [];
    return [
      ...comment(
        `These want credentials (${status} without). Give some in headers to see their answers: ` +
          `headers: { authorization: secret('API_AUTHORIZATION') }. That nobody else gets in could be a check, too:`,
      ),
      ...commentedOut([
        probe([
          `id: '${newId(`api stays closed ${status}`)}',`,
          `title: 'The API lets nobody in without credentials',`,
          `kind: 'endpoints',`,
          ...listed('paths', paths),
          `status: ${status},`,
        ]),
      ]),
    ];
  });
}

function probe(lines: readonly string[]): string {
  return block('{', lines, '},');
}

/** On one line where that can be read. */
function listed(name: string, texts: readonly string[]): string[] {
  const line = `${name}: [${texts.map(quoted).join(', ')}],`;
  return line.length <= 100
    ? [line]
    : [
        block(
          `${name}: [`,
          texts.map((text) => `${quoted(text)},`),
          '],',
        ),
      ];
}
