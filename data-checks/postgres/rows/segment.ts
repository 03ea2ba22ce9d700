/** One of `of` parts of all rows, counted from 1, that are compared apart from each other. */
export interface Segment {
  readonly index: number;
  readonly of: number;
}

/**
 * The part of one table that belongs to a segment. `keys`: from `lo` up to but without `hi`, null being an open end;
 * `hash`: every row whose key's hash falls to this segment; small tables belong `whole` to one segment, and `none` of
 * them to the others.
 */
export type Share =
  | { readonly kind: 'keys'; readonly lo: string | null; readonly hi: string | null }
  | { readonly kind: 'hash' | 'whole' | 'none' };
