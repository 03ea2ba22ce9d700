/** What the control address said: whether our own network works. */
export type ControlAnswer = 'answers' | 'silent' | 'not-asked';

/** Who met an event: one request to the target, one of thousands under load, or a request to a third party. */
export type Asker = 'single' | 'load' | 'third-party';

/** The columns of the table of events. `-answers` and `-silent` say what the control address did; without: there is none. */
export type Situation =
  'single' | 'single-answers' | 'single-silent' | 'load' | 'load-answers' | 'load-silent' | 'third-party';

const SITUATIONS: Readonly<
  Record<Exclude<Asker, 'third-party'>, Readonly<Record<ControlAnswer, Situation>>>
> = {
  single: { 'not-asked': 'single', answers: 'single-answers', silent: 'single-silent' },
  load: { 'not-asked': 'load', answers: 'load-answers', silent: 'load-silent' },
};

/** The column that holds for an asker and what the control address said. */
export function situationOf(asker: Asker, control: ControlAnswer): Situation {
  return asker === 'third-party' ? 'third-party' : SITUATIONS[asker][control];
}

/** How long a request waits where the target limits our rate, unless the plan says otherwise. Milliseconds. */
export const RATE_LIMIT_WAIT_MS = 30_000;
