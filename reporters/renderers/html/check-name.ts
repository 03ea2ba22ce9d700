import type { CheckResult } from '../../../contract/verdict/verdict.ts';
import { markup, type Markup } from './markup.ts';

/** Id and statement of a check. */
export function checkName(check: CheckResult): Markup {
  return markup`<code>${check.id}</code><span class="of">${check.title}</span>`;
}
