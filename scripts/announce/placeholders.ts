import type { AttestationResult, Verdict } from '../../contract/verdict/verdict.ts';
import { DECISION_MEANING, DECISION_WORDS, time } from '../../reporters/renderers/words.ts';

/** What somebody adds to what the verdict says. */
export interface Announced {
  readonly verdict: Verdict;
  /** Address of the report. */
  readonly report: string | undefined;
  readonly comment: string | undefined;
}

interface Placeholder {
  /** For the documentation. */
  readonly says: string;
  readonly value: (announced: Announced) => string | readonly string[];
}

/** More belong into the report. */
const MOST_LISTED = 10;

const MEANING_ELSEWHERE = {
  preflight: {
    GO: 'The new system is ready: traffic may move to it.',
    NO_GO: 'The new system is broken: traffic stays on the old one.',
  },
  rollback: {
    GO: 'The roll-back has worked: the old system serves.',
    NO_GO: 'The roll-back has not worked.',
  },
} as const;

/** All that a template may name. `docs/runbook.md` is held against this list. */
export const PLACEHOLDERS = {
  target: { says: 'the name of the target', value: ({ verdict }) => verdict.subject.target },
  url: { says: 'its main address', value: ({ verdict }) => verdict.subject.urls['app'] ?? '' },
  release: {
    says: 'the release that was wanted; `not named` without one',
    value: ({ verdict }) => verdict.subject.wanted?.id ?? 'not named',
  },
  commit: {
    says: 'its commit, where one was named',
    value: ({ verdict }) => verdict.subject.wanted?.commit ?? '',
  },
  observed: {
    says: 'the release that the target said it runs',
    value: ({ verdict }) => verdict.subject.observed?.id ?? 'not known',
  },
  phase: { says: 'the phase of the run', value: ({ verdict }) => verdict.run.phase },
  decision: {
    says: '`GO`, `NO-GO` or `INCONCLUSIVE`',
    value: ({ verdict }) => DECISION_WORDS[verdict.decision],
  },
  meaning: {
    says: 'what that means for traffic',
    value: ({ verdict }) => meaningOf(verdict),
  },
  reason: { says: 'the reason that decided', value: ({ verdict }) => verdict.reason },
  reasons: {
    says: 'every reason against GO, as a list; ten at most',
    value: ({ verdict }) => shortened(verdict.reasons.length === 0 ? ['none'] : verdict.reasons),
  },
  passed: { says: 'how many checks passed', value: ({ verdict }) => String(verdict.counts.states.passed) },
  required: { says: 'how many checks had to run', value: ({ verdict }) => String(verdict.counts.required) },
  failed: {
    says: 'the titles of the checks that failed, as a list; ten at most',
    value: ({ verdict }) => {
      const failed = verdict.checks.filter(({ state }) => state === 'failed').map(({ title }) => title);
      return shortened(failed.length === 0 ? ['none'] : failed);
    },
  },
  people: {
    says: 'who stated what, as a list',
    value: ({ verdict }) => {
      if (verdict.attestations.length === 0) return ['nobody had to state anything'];
      const given = verdict.attestations.flatMap(statedIn);
      return shortened(given.length === 0 ? ['nobody has stated anything yet'] : given);
    },
  },
  started: { says: 'when the run began', value: ({ verdict }) => time(verdict.startedAt) },
  decided: { says: 'when it was decided', value: ({ verdict }) => time(verdict.decidedAt) },
  expires: { says: 'until when the verdict may be used', value: ({ verdict }) => time(verdict.expiresAt) },
  run: { says: 'the id of the run', value: ({ verdict }) => verdict.run.id },
  report: {
    says: 'the address of the report (`--report-url`); `not published` without one',
    value: ({ report }) => report ?? 'not published',
  },
  comment: { says: 'what `--comment` says', value: ({ comment }) => comment ?? '' },
} as const satisfies Readonly<Record<string, Placeholder>>;
export type PlaceholderName = keyof typeof PLACEHOLDERS;

/** A GO says another thing before traffic has moved, and after it went back. */
function meaningOf({ decision, run: { phase } }: Verdict): string {
  if (decision !== 'INCONCLUSIVE' && (phase === 'preflight' || phase === 'rollback')) {
    return MEANING_ELSEWHERE[phase][decision];
  }
  return DECISION_MEANING[decision];
}

/** Nobody's "no" is told as a "yes" because it is too old to roll back for. */
function statedIn({ title, role, state, by }: AttestationResult): readonly string[] {
  if (by === null) return [];
  const verb = by.decision === 'refused' ? 'refused' : 'stated';
  return [`${by.name} (${role}) ${verb}: ${title}${state === 'expired' ? ' (too old)' : ''}`];
}

function shortened(texts: readonly string[]): readonly string[] {
  const more = texts.length - MOST_LISTED;
  return more <= 0 ? texts : [...texts.slice(0, MOST_LISTED), `and ${more} more`];
}
