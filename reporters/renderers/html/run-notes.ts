import type { Verdict } from '../../../contract/verdict/verdict.ts';
import { FAULT_WORDS } from '../../judge/reasons.ts';
import { markup, type Markup } from './markup.ts';
import { table, tableSection } from './section.ts';

/** What went wrong on our side, what stays on the target, what else to know, and how to check this page. */
export function runNotes(verdict: Verdict): readonly Markup[] {
  return [
    tableSection(
      'faults',
      'Faults of the run itself',
      'Trouble on our side: it holds up GO, and says nothing about the target',
      [{ title: 'Kind' }, { title: 'What happened' }],
      verdict.faults.map((fault) => [
        markup`${FAULT_WORDS[fault.kind]}`,
        markup`<span class="lines">${fault.message}</span>`,
      ]),
    ),
    tableSection(
      'leftovers',
      'Test data left on the target',
      'Synthetic data that could not be removed; greenlight sweep tries again',
      [{ title: 'Kind' }, { title: 'Identity' }, { title: 'Why it is still there' }],
      verdict.leftovers.map((one) => [
        markup`${one.kind}`,
        markup`<code>${one.identity}</code>`,
        markup`${one.reason}`,
      ]),
    ),
    verdict.notices.length === 0
      ? markup``
      : markup`<section aria-labelledby="notices">
          <h2 id="notices">Also note</h2>
          <ul>
            ${verdict.notices.map((text) => markup`<li>${text}</li>`)}
          </ul>
        </section>`,
    judgeAgain(verdict),
  ];
}

function judgeAgain(verdict: Verdict): Markup {
  const digests: readonly (readonly [string, string])[] = [
    ['Evidence', verdict.evidenceDigest ?? 'none yet'],
    ['Plan', verdict.planDigest],
    ['Policy', verdict.policyDigest],
    ['Nonce', verdict.run.nonce],
    ...Object.entries(verdict.tools).sort(([a], [b]) => (a < b ? -1 : 1)),
  ];
  return markup`<section aria-labelledby="again">
    <h2 id="again">How to judge again</h2>
    <p>
      The verdict follows from <code>evidence.json</code> alone, offline and at any time. The same file and
      the same time give the same verdict:
    </p>
    <pre>greenlight judge evidence.json --at ${verdict.decidedAt}</pre>
    <p>
      Compare the file first: <code>sha256sum evidence.json</code> must show the digest below. That finds
      accidents, not people: whoever may write these files can make digests anew. Who wrote them is known only
      of a run with a key: <code>greenlight judge --key</code>, <code>greenlight verify</code>.
    </p>
    ${table(
      'Digests and versions',
      [{ title: 'What' }, { title: 'Value' }],
      digests.map(([name, value]) => [markup`${name}`, markup`<code class="long">${value}</code>`]),
    )}
  </section>`;
}
