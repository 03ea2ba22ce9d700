import type { CheckState } from '../../../contract/evidence/outcome.ts';
import { markup, type Markup } from './markup.ts';

/** The attribute of a `details` element that is open: of every check that did not simply pass. */
export function opened(state: CheckState): Markup {
  return state === 'passed' || state === 'empty' ? markup`` : markup` open`;
}
