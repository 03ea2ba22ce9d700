import type { CheckState, Decision } from '../../../contract/evidence/outcome.ts';
import { STATE_WORDS } from '../words.ts';
import { markup, type Markup } from './markup.ts';

/** Shapes that differ without any colour: circle, octagon, diamond, dashed circle, square. */
const SHAPES = {
  good: markup`<circle cx="12" cy="12" r="10" class="fill" /><path d="M7 12.5l3.4 3.4L17 9" class="mark" />`,
  bad: markup`<path d="M8 2h8l6 6v8l-6 6H8l-6-6V8z" class="fill" /><path
      d="M8.5 8.5l7 7m0-7l-7 7"
      class="mark"
    />`,
  unclear: markup`<path d="M12 1.5L22.5 12 12 22.5 1.5 12z" class="fill" /><path
      d="M9.3 9.6c.2-3.4 5.6-3.2 5.4-.1-.1 2-2.6 2.1-2.6 4.3m0 2.6v.4"
      class="mark"
    />`,
  wavy: markup`<path d="M12 2l10 18H2z" class="fill" /><path
      d="M7.5 15.5c1.5-3 3-3 4.5 0s3 3 4.5 0"
      class="mark"
    />`,
  absent: markup`<circle cx="12" cy="12" r="9" class="outline" />`,
  aside: markup`<rect x="3" y="3" width="18" height="18" rx="3" class="outline" /><path
      d="M8 12h8"
      class="line"
    />`,
} as const;

type Shape = keyof typeof SHAPES;
export type Tone = 'go' | 'no' | 'maybe' | 'quiet';

const DECISION_ICON: Record<Decision, readonly [Shape, Tone]> = {
  GO: ['good', 'go'],
  NO_GO: ['bad', 'no'],
  INCONCLUSIVE: ['unclear', 'maybe'],
};

const STATE_ICON: Record<CheckState, readonly [Shape, Tone]> = {
  passed: ['good', 'go'],
  empty: ['aside', 'quiet'],
  failed: ['bad', 'no'],
  unknown: ['unclear', 'maybe'],
  flaky: ['wavy', 'maybe'],
  'not-run': ['absent', 'maybe'],
  'not-applicable': ['aside', 'quiet'],
};

export function toneOfDecision(decision: Decision): Tone {
  return DECISION_ICON[decision][1];
}

export function toneOfState(state: CheckState): Tone {
  return STATE_ICON[state][1];
}

export function decisionIcon(decision: Decision): Markup {
  return icon(...DECISION_ICON[decision], 'icon big');
}

export function stateIcon(state: CheckState): Markup {
  return icon(...STATE_ICON[state], 'icon');
}

/** Shape and word together, so that nobody needs the colour. */
export function stateBadge(state: CheckState, word = STATE_WORDS[state]): Markup {
  return markup`<span class="badge ${toneOfState(state)}">${stateIcon(state)}${word}</span>`;
}

/** Whether one comparison held. */
export function holdsBadge(ok: boolean): Markup {
  const [shape, tone] = STATE_ICON[ok ? 'passed' : 'failed'];
  return markup`<span class="badge ${tone}">${icon(shape, tone, 'icon')}${ok ? 'holds' : 'does not hold'}</span>`;
}

function icon(shape: Shape, tone: Tone, name: string): Markup {
  return markup`<svg class="${name} ${tone}" viewBox="0 0 24 24" aria-hidden="true" focusable="false">
    ${SHAPES[shape]}
  </svg>`;
}
