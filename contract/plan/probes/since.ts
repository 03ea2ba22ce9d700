/** How a moment may be written into an address: ISO 8601, or a number since 1970 in seconds, milli- or nanoseconds. */
export const SINCE_FORMS: readonly string[] = ['', 's', 'ms', 'ns'];

const PLACEHOLDER = /\{since(?::([^}]*))?\}/g;

/** The placeholders of a text, with the form that each asks for; empty for ISO 8601. */
export function placeholdersIn(text: string): readonly { readonly text: string; readonly form: string }[] {
  return [...text.matchAll(PLACEHOLDER)].map(([all, form = '']) => ({ text: all, form }));
}

/** The text with the moment in it. @param moment in milliseconds since 1970 */
export function withSince(text: string, moment: number): string {
  return text.replace(PLACEHOLDER, (all: string, form?: string) => {
    switch (form) {
      case undefined:
      case '':
        return new Date(moment).toISOString();
      case 's':
        return String(Math.floor(moment / 1000));
      case 'ms':
        return String(moment);
      case 'ns':
        // As text: it is beyond what a number holds exactly.
        return `${moment}000000`;
      default:
        return all;
    }
  });
}
