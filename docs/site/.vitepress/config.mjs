import { cpSync, readdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { defineConfig } from 'vitepress';
import { slugOf } from '../../../scripts/reference/slug.ts';

const docs = path.resolve(import.meta.dirname, '../..');
const pages = path.resolve(import.meta.dirname, '../pages');

// Pages find Vue by the folders above them, and it is installed in this one alone: so they are copied here.
rmSync(pages, { recursive: true, force: true });
for (const file of readdirSync(docs, { recursive: true })) {
  if (file.endsWith('.md') && !file.startsWith('site')) cpSync(path.join(docs, file), path.join(pages, file));
}
const REPOSITORY = 'https://github.com/greenlight-release/greenlight';

/**
 * Pages are written to be read in an editor and on GitHub: a folder's page is its README, links lead out of docs/, and
 * a word in angle brackets is a word.
 * @param {import('markdown-it').default} md
 */
function asInRepository(md) {
  // `<file>` in a sentence is a word, and no tag of a page.
  md.core.ruler.push('no-tags', ({ tokens }) => {
    for (const token of tokens.flatMap(({ children }) => children ?? []))
      if (token.type === 'html_inline' && !token.content.startsWith('<!--')) token.type = 'text';
  });
  md.core.ruler.push('links-of-repository', ({ tokens, env }) => {
    for (const token of tokens.flatMap(({ children }) => children ?? [])) {
      const href = token.type === 'link_open' ? token.attrGet('href') : null;
      if (href === null || /^([a-z]+:|#)/.test(href)) continue;
      const [file = '', anchor] = href.split('#');
      const inDocs = path.relative(pages, path.resolve(path.dirname(env.path), file));
      const hash = anchor === undefined ? '' : `#${anchor}`;
      if (inDocs.startsWith('..'))
        token.attrSet('href', `${REPOSITORY}/blob/main/${path.join('docs', inDocs)}${hash}`);
      else token.attrSet('href', href.replace(/(^|\/)README\.md/, '$1index.md'));
    }
  });
}

const page = (text, link) => ({ text, link });

export default defineConfig({
  title: 'Greenlight',
  description: 'May traffic stay on the new system?',
  lang: 'en',
  srcDir: './pages',
  outDir: './dist',
  rewrites: (id) => id.replace(/(^|\/)README\.md$/, '$1index.md'),
  cleanUrls: true,
  // A link to a page that is not there fails the build.
  ignoreDeadLinks: false,
  markdown: { config: asInRepository, anchor: { slugify: slugOf } },
  themeConfig: {
    search: { provider: 'local' },
    outline: [2, 3],
    nav: [
      page('Concepts', '/concepts'),
      page('Plan', '/plan/'),
      page('Deploy', '/deploy/'),
      page('Errors', '/errors'),
    ],
    socialLinks: [{ icon: 'github', link: REPOSITORY }],
    sidebar: [
      {
        text: 'Start',
        items: [
          page('What is where', '/'),
          page('Concepts', '/concepts'),
          page('Checks of your own', '/own-checks'),
          page('Adapters', '/adapters'),
          page('Payments in production', '/payments'),
          page('Secrets', '/secrets'),
          page('Every five minutes', '/every-five-minutes'),
          page('Debugging a check', '/debugging'),
        ],
      },
      {
        text: 'The plan',
        items: [
          page('Every key', '/plan/'),
          ...[
            'target',
            'allow',
            'flows',
            'probes',
            'data',
            'load',
            'slo',
            'metrics',
            'alerts',
            'checks',
            'created',
            'policy',
            'people',
            'runbook',
            'history',
            'synthetic',
            'lease',
            'notify',
            'export',
          ].map((key) => page(key, `/plan/${key}`)),
          page('What is refused', '/plan/refusals'),
        ],
      },
      {
        text: 'In depth',
        items: [
          page('Statements of people', '/people'),
          page('Runbook and announcements', '/runbook'),
          page('Old and new data', '/data'),
          page('Notifications', '/notifications'),
          page('Load and service levels', '/load'),
          page('Metrics and alerts', '/metrics'),
          page('Load from several machines', '/load-scale-out'),
          page('Mail and webhooks on staging', '/sink'),
          page('Load from a cluster', '/load-k6-operator'),
          page('What a verdict survives', '/verdict'),
        ],
      },
      {
        text: 'In a deploy',
        items: [
          page('Every mechanism', '/deploy/'),
          page('GitHub Actions', '/deploy/github-actions'),
          page('GitLab CI', '/deploy/gitlab-ci'),
          page('Azure DevOps', '/deploy/azure-devops'),
          page('AWS CodeDeploy', '/deploy/aws-codedeploy'),
          page('Argo Rollouts', '/deploy/argo-rollouts'),
          page('Flagger', '/deploy/flagger'),
          page('Kubernetes Job', '/deploy/kubernetes-job'),
          page('Anything with a shell', '/deploy/shell'),
          page('Several machines', '/deploy/sharding'),
          page('Telling others', '/deploy/callbacks'),
          page('Signed verdicts', '/deploy/verify'),
          page('What was tried', '/deploy/conformance'),
        ],
      },
      {
        text: 'Look up',
        items: [
          page('Errors and exit codes', '/errors'),
          page('Events', '/events'),
          page('Checks', '/checks'),
          page('Environment variables', '/environment'),
          page('Versions', '/versions'),
          page('Decisions', '/decisions/'),
        ],
      },
    ],
  },
});
