/** One part of a key that is not the same on both sides: its type, its expiry, its value, or one field of it. */
export interface Part {
  readonly name: string;
  /** Null: not there. Text of both sides, for those who may see it; long ones are cut. */
  readonly old: string | null;
  readonly new: string | null;
  /** The same as long as both sides are, however long they are: the texts are cut. */
  readonly state: string;
}
