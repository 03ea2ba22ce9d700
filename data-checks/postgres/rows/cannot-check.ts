/** A reason of another kind than the table itself why it can't be compared. */
export class CannotCheck extends Error {
  override readonly name = 'CannotCheck';
  /** Stable word for the kind of reason. */
  readonly word: string;
  constructor(word: string, message: string) {
    super(message);
    this.word = word;
  }
}
