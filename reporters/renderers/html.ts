import type { Verdict } from '../../contract/verdict/verdict.ts';
import { SECTIONS } from '../sections/index.ts';
import { allReasons, banner, glance } from './html/banner.ts';
import { allChecks, checkSections } from './html/checks.ts';
import { markup, Markup } from './html/markup.ts';
import { peopleSections } from './html/people.ts';
import { runNotes } from './html/run-notes.ts';
import { STYLE, STYLE_HASH } from './html/style.ts';
import { DECISION_WORDS } from './words.ts';

/** No script, no network, no frame: a page that shows text from a target can do nothing at all. */
const POLICY = `default-src 'none'; style-src '${STYLE_HASH}'; base-uri 'none'; form-action 'none'`;

/** The verdict as one static page: no script, no other file, readable on paper and without colours. */
export function renderHtml(verdict: Verdict): string {
  const title = `${DECISION_WORDS[verdict.decision]}: ${verdict.subject.target}`;
  return markup`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta http-equiv="Content-Security-Policy" content="${new Markup(POLICY)}" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <meta name="referrer" content="no-referrer" />
        <title>${title}</title>
        <style>${new Markup(STYLE)}</style>
      </head>
      <body>
        ${banner(verdict)}
        <main>
          ${glance(verdict)} ${checkSections(verdict)} ${allReasons(verdict)} ${peopleSections(verdict)}
          ${Object.values(SECTIONS).map(({ html }) => html(verdict))}
          ${allChecks(verdict)} ${runNotes(verdict)}
        </main>
        <footer>
          <p>
            Made by Greenlight from <code>verdict.json</code>, which holds the same in a form for machines.
          </p>
        </footer>
      </body>
    </html> `.toString();
}
