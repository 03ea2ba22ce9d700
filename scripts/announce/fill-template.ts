import { GreenlightError, type Problem } from '../../contract/errors.ts';
import { type Format, RULES } from './formats.ts';
import { type Announced, type PlaceholderName, PLACEHOLDERS } from './placeholders.ts';

const NAMES = Object.keys(PLACEHOLDERS);
/** A half of one is most likely a slip of the hand, and would be sent to everybody. */
const PLACEHOLDER = /\{\{([^{}\n]*)\}\}|\{\{|\}\}/g;

/**
 * Fills a template: `{{reason}}` becomes what the verdict says, as text of the format. Nothing else of the template is
 * changed, and what was filled in is not read again.
 * @param name what to call the template in an error
 * @throws GreenlightError TEMPLATE_INVALID with every placeholder that nobody knows, by line and column
 */
export function fillTemplate(template: string, name: string, format: Format, announced: Announced): string {
  const problems: Problem[] = [];
  const filled = template.replace(PLACEHOLDER, (whole: string, inside: string | undefined, at: number) => {
    const word = inside?.trim();
    if (word !== undefined && isKnown(word)) return valueOf(word, format, announced);
    problems.push({
      path: placeOf(template, at, name),
      value: whole,
      problem: word === undefined ? 'opens or ends no placeholder' : 'is no placeholder',
      remedy: `use one of: ${NAMES.map((one) => `{{${one}}}`).join(', ')}`,
    });
    return whole;
  });
  if (problems.length > 0) {
    throw new GreenlightError('TEMPLATE_INVALID', name, { problems });
  }
  return filled;
}

function isKnown(word: string): word is PlaceholderName {
  return Object.hasOwn(PLACEHOLDERS, word);
}

function valueOf(name: PlaceholderName, format: Format, announced: Announced): string {
  const value: string | readonly string[] = PLACEHOLDERS[name].value(announced);
  return typeof value === 'string' ? RULES[format].text(value) : RULES[format].list(value);
}

/** `template.md:3:14`. */
function placeOf(template: string, offset: number, name: string): string {
  const before = template.slice(0, offset).split('\n');
  return `${name}:${before.length}:${(before.at(-1)?.length ?? 0) + 1}`;
}
