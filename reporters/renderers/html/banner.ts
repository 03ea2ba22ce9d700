import type { Verdict } from '../../../contract/verdict/verdict.ts';
import { tablesCompared } from '../../judge/coverage.ts';
import { type ObservedRelease, releaseText } from '../../judge/release.ts';
import { sectionsOf } from '../sections.ts';
import { DECISION_MEANING, DECISION_WORDS, plural, time } from '../words.ts';
import { decisionIcon, stateIcon, toneOfDecision } from './icons.ts';
import { link, markup, type Markup } from './markup.ts';

/** Decision, reason, and what they are about: what is read first, and often all that is read. */
export function banner(verdict: Verdict): Markup {
  const { subject, run } = verdict;
  const nobody = 'not named';
  const tables = tablesCompared(verdict.checks);
  const facts: readonly (readonly [string, Markup])[] = [
    ['Target', markup`${subject.target}`],
    ['Release wanted', markup`${subject.wanted ? short(subject.wanted) : nobody}`],
    ['Release observed', markup`${subject.observed ? short(subject.observed) : 'not observed'}`],
    ['Phase', markup`${run.phase}`],
    ...(tables === undefined ? [] : [['Data', markup`${tables}`] as const]),
    ['Run', markup`<code>${run.id}</code>`],
    ['Started', markup`<time datetime="${verdict.startedAt}">${time(verdict.startedAt)}</time>`],
    ['Decided', markup`<time datetime="${verdict.decidedAt}">${time(verdict.decidedAt)}</time>`],
    ['Valid until', markup`<time datetime="${verdict.expiresAt}">${time(verdict.expiresAt)}</time>`],
    ...Object.entries(subject.urls).map(([name, url]) => [`Address: ${name}`, link(url)] as const),
  ];
  return markup`<header class="banner ${toneOfDecision(verdict.decision)}">
    <p class="product">Greenlight · may traffic stay on the new system?</p>
    <div class="answer">
      ${decisionIcon(verdict.decision)}
      <div>
        <h1>${DECISION_WORDS[verdict.decision]}</h1>
        <p class="reason">${verdict.reason}</p>
        <p class="meaning">${DECISION_MEANING[verdict.decision]}</p>
      </div>
    </div>
    <dl class="facts">
      ${facts.map(
        ([name, value]) =>
          markup`<div>
            <dt>${name}</dt>
            <dd>${value}</dd>
          </div>`,
      )}
    </dl>
  </header>`;
}

/** Twelve digits of a commit name it well enough for a person; verdict.json has all of them. */
function short(release: ObservedRelease): string {
  const { commit } = release;
  return releaseText(commit === undefined ? release : { ...release, commit: commit.slice(0, 12) });
}

/** The counts, each with a link to its part of the page. */
export function glance(verdict: Verdict): Markup {
  const sections = sectionsOf(verdict);
  const empty = sections.nothingToSee.length;
  const entries: readonly (readonly [Markup, string, string])[] = [
    [stateIcon('passed'), plural(sections.fine.length, 'check is fine', 'checks are fine'), '#checks'],
    [stateIcon('failed'), plural(sections.blocking.length, 'blocking failure'), '#blocking'],
    [stateIcon('unknown'), `${sections.unclear.length} could not tell`, '#unclear'],
    [stateIcon('flaky'), plural(sections.warnings.length, 'warning'), '#warnings'],
    [stateIcon('not-run'), `${sections.notRun.length} did not run`, '#not-run'],
    ...(empty === 0
      ? []
      : [[stateIcon('empty'), `${empty} had nothing to look at`, '#nothing-to-look-at'] as const]),
    [stateIcon('not-applicable'), `${sections.waived.length} waived`, '#waived'],
  ];
  // An entry without anything behind it has nowhere to lead.
  return markup`<nav class="glance" aria-label="At a glance">
    <ul>
      ${entries.map(([icon, text, target]) =>
        text.startsWith('0 ')
          ? markup`<li class="none">${icon}${text}</li>`
          : markup`<li>${icon}<a href="${target}">${text}</a></li>`,
      )}
    </ul>
  </nav>`;
}

/** Every reason that stands against GO, when there is more than the one in the banner. */
export function allReasons(verdict: Verdict): Markup {
  if (verdict.reasons.length < 2) return markup``;
  return markup`<section aria-labelledby="reasons">
    <details class="plain">
      <summary>
        <h2 id="reasons">All ${plural(verdict.reasons.length, 'reason')} against GO, worst first</h2>
      </summary>
      <ol class="reasons">
        ${verdict.reasons.map((reason) => markup`<li>${reason}</li>`)}
      </ol>
    </details>
  </section>`;
}
