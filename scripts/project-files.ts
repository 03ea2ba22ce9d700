/** The files that `greenlight init` writes, by path relative to the project. */
export function projectFiles(target: { url: string; name: string }): Readonly<Record<string, string>> {
  return {
    'greenlight.config.mts': plan(target),
    'playwright.config.mts': PLAYWRIGHT,
    'greenlight/readiness.spec.mts': stub('defineReadiness'),
    'greenlight/suites.spec.mts': stub('defineSuites'),
    'greenlight/data-checks.spec.mts': stub('defineDataChecks'),
    'greenlight/load.spec.mts': stub('defineLoad'),
  };
}

// One stub for each Playwright project: Playwright transpiles the files of a project, but none in node_modules, so
// only a file out here can import the plan in every kind of project.
function stub(define: string): string {
  return `import { ${define} } from 'greenlight/test';
import plan from '../greenlight.config.mts';

// Registers one test for each check that the plan names. Specs of your own may lie beside this file.
${define}(plan);
`;
}

const PLAYWRIGHT = `import { defineGreenlightPlaywright } from 'greenlight/playwright';
import plan from './greenlight.config.mts';

export default defineGreenlightPlaywright(plan, { testDir: './greenlight' });
`;

function plan({ url, name }: { url: string; name: string }): string {
  return `import { defineConfig, flow, holds } from 'greenlight';

// A flow is a user journey of typed steps, written once: the suites run it, and load profiles can run it too.
// Its id is the id of the check: a statement that is true or false.
const homePageAnswers = flow('home-page-answers', {
  title: 'The home page answers',
  area: 'pages',
  phases: ['post-cutover', 'synthetic'],
}).request('open the home page', {
  request: () => ({ method: 'GET', path: '/' }),
  // Accepted status codes; any 2xx when left out. Many home pages send their visitors on, to /en or /login: a redirect is
  // an answer here, and the probe below goes where it leads.
  status: [200, 301, 302, 303, 307, 308],
  expect: ({ status, body, headers }) => [
    status === 200
      ? holds('the page is not empty', String(body).length > 0, String(body).length, '> 0')
      : holds('the redirect leads somewhere', headers['location'] !== undefined, headers['location'], 'an address'),
  ],
  budgetMs: 5000,
});

export default defineConfig({
  // The system that is being judged.
  target: {
    name: ${JSON.stringify(name)},
    urls: { app: process.env['GREENLIGHT_TARGET_URL'] ?? ${JSON.stringify(url)} },

    // How the target says which release it runs; \`greenlight run --release <id>\` then insists on it.
    // release: { path: '/version', id: 'version', commit: 'commit' },

    // A staging system behind a log-in: sent to the target's own addresses, and nowhere else.
    // headers: { authorization: secret('STAGING_AUTH') },

    // Systems that are asked and are not the target: their outage is never its fault.
    // thirdParties: { tracker: 'https://errors.example.net' },

    // An address that answers whenever your own network works: it tells a dead target from a dead network.
    // control: 'https://example.com/',

    // Secrets are named, never written: their values are read from the environment and masked in every output.
    // Add secret to the import in the first line.
    // records: { adapter: 'postgres', url: secret('NEW_DATABASE_URL') },
    // old: { records: { adapter: 'postgres', url: secret('OLD_DATABASE_URL') } },
    // mailbox: { adapter: 'imap', host: 'imap.example.com', user: secret('IMAP_USER'), password: secret('IMAP_PASSWORD') },
    // payments: { adapter: 'stripe', secretKey: secret('STRIPE_TEST_KEY') },
  },

  flows: [homePageAnswers],

  // Small checks of one address, as data.
  probes: [
    {
      id: 'main-pages-answer',
      title: 'The main pages answer',
      kind: 'endpoints',
      paths: ['/'],
      phases: ['post-cutover', 'synthetic'],
    },
  ],

  // Old against new, table by table.
  // data: {
  //   tables: [{ id: 'orders-preserved', title: 'No order is lost', old: 'orders', new: 'orders' }],
  // },

  // Load needs your permission for every host that is not this machine.
  // allow: { load: ['shop.example.com'], createData: ['shop.example.com'] },
  // load: {
  //   profiles: [
  //     {
  //       id: 'home-page-is-fast',
  //       title: 'The home page stays fast under load',
  //       engine: 'autocannon',
  //       flow: 'home-page-answers',
  //       connections: 5,
  //       durationS: 10,
  //       thresholds: { p95Ms: 500, errorRate: 0.01 },
  //     },
  //   ],
  // },

  // What must hold for GO. Every check blocks unless it is listed as advisory.
  policy: {
    default: { advisory: [] },
  },
});
`;
}
