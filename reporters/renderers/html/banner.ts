import type { Verdict } from '../../../contract/verdict.ts';
import { releaseText } from '../../judge/release.ts';
import { sectionsOf } from '../sections.ts';
import { DECISION_MEANING, DECISION_WORDS, plural, time } from '../words.ts';
import { decisionIcon, stateIcon, toneOfDecision } from './icons.ts';
import { html, link, type Markup } from './markup.ts';

/** Decision, reason, and what they are about: what is read first, and often all that is read. */
export function banner(verdict: Verdict): Markup {
  const { subject, run } = verdict;
  const nobody = 'not named';
  const facts: readonly (readonly [string, Markup])[] = [
    ['Target', html`${subject.target}`],
    ['Release wanted', html`${subject.wanted ? releaseText(subject.wanted) : nobody}`],
    ['Release observed', html`${subject.observed ? releaseText(subject.observed) : 'not observed'}`],
    ['Phase', html`${run.phase}`],
    ['Run', html`<code>${run.id}</code>`],
    ['Started', html`<time datetime="${verdict.startedAt}">${time(verdict.startedAt)}</time>`],
    ['Decided', html`<time datetime="${verdict.decidedAt}">${time(verdict.decidedAt)}</time>`],
    ['Valid until', html`<time datetime="${verdict.expiresAt}">${time(verdict.expiresAt)}</time>`],
    ...Object.entries(subject.urls).map(([name, url]) => [`Address: ${name}`, link(url)] as const),
  ];
  return html`<header class="banner ${toneOfDecision(verdict.decision)}">
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
          html`<div>
            <dt>${name}</dt>
            <dd>${value}</dd>
          </div>`,
      )}
    </dl>
  </header>`;
}

/** The counts, each with a link to its part of the page. */
export function glance(verdict: Verdict): Markup {
  const sections = sectionsOf(verdict);
  const entries: readonly (readonly [Markup, string, string])[] = [
    [stateIcon('passed'), plural(sections.fine.length, 'check is fine', 'checks are fine'), '#checks'],
    [stateIcon('failed'), plural(sections.blocking.length, 'blocking failure'), '#blocking'],
    [stateIcon('unknown'), `${sections.unclear.length} could not tell`, '#unclear'],
    [stateIcon('flaky'), plural(sections.warnings.length, 'warning'), '#warnings'],
    [stateIcon('not-run'), `${sections.notRun.length} did not run`, '#not-run'],
    [stateIcon('not-applicable'), `${sections.waived.length} waived`, '#waived'],
  ];
  // An entry without anything behind it has nowhere to lead.
  return html`<nav class="glance" aria-label="At a glance">
    <ul>
      ${entries.map(([icon, text, target]) =>
        text.startsWith('0 ')
          ? html`<li class="none">${icon}${text}</li>`
          : html`<li>${icon}<a href="${target}">${text}</a></li>`,
      )}
    </ul>
  </nav>`;
}

/** Every reason that stands against GO, when there is more than the one in the banner. */
export function allReasons(verdict: Verdict): Markup {
  if (verdict.reasons.length < 2) return html``;
  return html`<section aria-labelledby="reasons">
    <details class="plain">
      <summary>
        <h2 id="reasons">All ${plural(verdict.reasons.length, 'reason')} against GO, worst first</h2>
      </summary>
      <ol class="reasons">
        ${verdict.reasons.map((reason) => html`<li>${reason}</li>`)}
      </ol>
    </details>
  </section>`;
}
