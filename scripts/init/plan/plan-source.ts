import type { Seen } from '../look/look-at-target.ts';
import type { DataPart } from './data-part.ts';
import { isHomePage, type ProbeLines, probeLines } from './api-part.ts';
import { exampleFlows } from './example-flows.ts';
import { block, comment, indented, quoted } from '../../../host/typescript-source.ts';
import { createIds } from './check-ids.ts';
import { SCHEMAS_FILE } from './schemas-file.ts';
import { builtInChecks } from '../../../contract/plan/built-in-checks.ts';

/** What is known when a plan is written. */
export interface PlanFacts {
  readonly url: string;
  readonly name: string;
  /** Without it, the target was not asked. */
  readonly seen?: Seen | undefined;
  /** Without it, no databases were named. */
  readonly data?: DataPart | undefined;
}

/** A commented plan with what was seen, and with comments for the rest. */
export function planSource(facts: PlanFacts): string {
  const { seen, data } = facts;
  const newId = createIds(takenIds());
  const home = homeFlow(seen);
  const probes = probesOf(seen, newId);
  const imports = [
    'defineConfig',
    ...(home === undefined ? [] : ['flow', 'holds']),
    ...(data === undefined ? [] : ['secret']),
  ];
  const schemas = [...new Set(probes.schemas)].sort();
  return [
    `import { ${imports.join(', ')} } from 'greenlight';`,
    ...(probes.lines.some((line) => /\bz\./.test(line)) ? [`import { z } from 'zod';`] : []),
    ...(schemas.length === 0 ? [] : [importOf(schemas)]),
    '',
    ...(home ?? []),
    ...(seen?.openapi === undefined ? [] : exampleFlows(seen.openapi.operations, seen.openapi.root, newId)),
    'export default defineConfig({',
    ...indented([
      ...targetLines(facts),
      '',
      home === undefined
        ? '// flows: [],  (with flow, which comes from greenlight as defineConfig does)'
        : 'flows: [homePageAnswers],',
      '',
      ...(probes.lines.length === 0
        ? []
        : ['// Small checks of one address, as data.', block('probes: [', probes.lines, '],'), '']),
      ...(data === undefined ? DATA_EXAMPLE : data.lines),
      '',
      ...rest(home === undefined ? 'the-id-of-a-flow' : 'home-page-answers'),
    ]),
    '});',
    '',
  ].join('\n');
}

function takenIds(): string[] {
  return [
    ...builtInChecks({ release: {}, records: {}, mailbox: {}, payments: {} }).map(({ id }) => id),
    'home-page-answers',
    'main-pages-answer',
    'address-answers-as-before',
    'home-page-is-fast',
  ];
}

function importOf(names: readonly string[]): string {
  const line = `import { ${names.join(', ')} } from './${SCHEMAS_FILE}';`;
  return line.length <= 110
    ? line
    : block(
        'import {',
        names.map((name) => `${name},`),
        `} from './${SCHEMAS_FILE}';`,
      );
}

/** A flow where there is a page, or a redirect to one; a bare API has none. Undefined: the address answered otherwise. */
function homeFlow(seen: Seen | undefined): string[] | undefined {
  const answer = seen?.home.answer;
  if (answer !== undefined && !isHomePage(answer)) return undefined;
  return [
    '// A flow is a user journey of typed steps, written once: the suites run it, and load profiles can run it too.',
    '// Its id is the id of the check: a statement that is true or false.',
    ...(seen?.home.leadsTo === undefined
      ? []
      : comment(`The home page sends its visitors to ${seen.home.leadsTo}, which is another site.`)),
    HOME_FLOW,
    '',
  ];
}

const HOME_FLOW = `const homePageAnswers = flow('home-page-answers', {
  title: 'The home page answers',
  area: 'pages',
  phases: ['post-cutover', 'synthetic'],
}).request('open the home page', {
  request: () => ({ method: 'GET', path: '/' }),
  // Accepted status codes; any 2xx when left out. Many home pages send their visitors on, to /en or /login: a redirect is
  // an answer here, wherever it leads. Where it leads to another site, say to which: nothing else looks at it.
  status: [200, 301, 302, 303, 307, 308],
  expect: ({ status, body, headers }) => [
    status === 200
      ? holds('the page is not empty', String(body).length > 0, String(body).length, '> 0')
      : holds('the redirect leads somewhere', headers['location'] !== undefined, headers['location'], 'an address'),
  ],
  budgetMs: 5000,
});`;

/** What was seen; for a target that was not asked, or did not answer, a probe of its first page. */
function probesOf(seen: Seen | undefined, newId: (words: string) => string): ProbeLines {
  if (seen?.home.answer !== undefined && seen.home.answer.status < 500) return probeLines(seen, newId);
  const first = block(
    '{',
    [
      `id: 'main-pages-answer',`,
      `title: 'The main pages answer',`,
      `kind: 'endpoints',`,
      `paths: ['/'],`,
      `phases: ['post-cutover', 'synthetic'],`,
    ],
    '},',
  );
  return { lines: [first], schemas: [] };
}

function targetLines({ url, name, seen, data }: PlanFacts): string[] {
  const address = seen?.home.base ?? url;
  return [
    '// The system that is being judged.',
    block(
      'target: {',
      [
        `name: ${quoted(name)},`,
        ...(seen?.home.hops ?? []).flatMap(({ from, to, status }) =>
          new URL(from).origin === new URL(to).origin ? [] : comment(`${from} leads to ${to} (${status}).`),
        ),
        ...(seen?.home.none === undefined
          ? []
          : comment(
              `It was asked and gave no answer (${seen.home.none}): this plan knows nothing about it.`,
            )),
        `urls: { app: process.env['GREENLIGHT_TARGET_URL'] ?? ${quoted(address)} },`,
        '',
        ...releaseLines(seen),
        '',
        TARGET_EXAMPLES,
        ...(data === undefined ? RECORDS_EXAMPLES : data.target),
        `// mailbox: { adapter: 'imap', host: 'imap.example.com', user: secret('IMAP_USER'), password: secret('IMAP_PASSWORD') },`,
        `// payments: { adapter: 'stripe', secretKey: secret('STRIPE_TEST_KEY') },`,
      ],
      '},',
    ),
  ];
}

function releaseLines(seen: Seen | undefined): string[] {
  const version = seen?.version;
  if (version === undefined) {
    return [
      '// How the target says which release it runs; `greenlight run --release <id>` then insists on it.',
      `// release: { path: '/version', id: 'version', commit: 'commit' },`,
    ];
  }
  const fields = [
    `path: ${quoted(version.path)}`,
    ...(version.id === undefined ? [] : [`id: ${quoted(version.id)}`]),
    ...(version.commit === undefined ? [] : [`commit: ${quoted(version.commit)}`]),
  ];
  return [
    '// How the target says which release it runs; `greenlight run --release <id>` then insists on it.',
    ...comment(`Seen there: ${version.said}`),
    `release: { ${fields.join(', ')} },`,
  ];
}

const TARGET_EXAMPLES = `// A staging system behind a log-in: sent to the target's own addresses, and nowhere else.
// headers: { authorization: secret('STAGING_AUTH') },

// Systems that are asked and are not the target: their outage is never its fault.
// thirdParties: { tracker: 'https://errors.example.net' },

// An address that answers whenever your own network works: it tells a dead target from a dead network.
// control: 'https://example.com/',

// Secrets are named, never written: their values are read from the environment and masked in every output.
// Add secret to the import in the first line.`;

const RECORDS_EXAMPLES = [
  `// records: { adapter: 'postgres', url: secret('NEW_DATABASE_URL') },`,
  `// old: { records: { adapter: 'postgres', url: secret('OLD_DATABASE_URL') } },`,
];

const DATA_EXAMPLE = [
  '// Old against new, table by table. `greenlight data diff --suggest` writes it for two databases.',
  '// data: {',
  `//   tables: [{ id: 'orders-preserved', title: 'No order is lost', old: 'orders', new: 'orders' }],`,
  '// },',
];

const rest = (flow: string): string[] => [
  `// Load needs your permission for every host that is not this machine.
// allow: { load: ['shop.example.com'], createData: ['shop.example.com'] },
// load: {
//   profiles: [
//     {
//       id: 'home-page-is-fast',
//       title: 'The home page stays fast under load',
//       engine: 'autocannon',
//       flow: '${flow}',
//       connections: 5,
//       durationS: 10,
//       thresholds: { p95Ms: 500, errorRate: 0.01 },
//     },
//   ],
// },

// What must hold for GO. Every check blocks unless it is listed as advisory.
policy: {
  default: { advisory: [] },
},`,
];
