/** The word for a statement that would have passed because nothing was looked at. */
export const COMPARED_NOTHING = 'compared-nothing';

/** Thrown where a plan's `expect` was asked and made no comparison: what it guards was then not looked at. */
export class ComparedNothing extends Error {
  override readonly name = 'ComparedNothing';
  readonly hint =
    'return a list of statements, such as [equal(...)], for every answer, or leave `expect` out of the step';
  constructor(step: string, returned: unknown) {
    super(`\`expect\` of step "${step}" compared nothing: it returned ${described(returned)}`);
  }
}

function described(returned: unknown): string {
  if (!Array.isArray(returned)) return returned === null ? 'null' : typeof returned;
  return returned.length === 0 ? 'an empty list' : 'a list with something in it that is no statement';
}
