/** One back-up, as its listing tells it. */
export interface ListedBackup {
  readonly name: string;
  /** Bytes; undefined where the listing does not say it. */
  readonly size: number | undefined;
  /** Milliseconds since 1970. */
  readonly at: number;
  /** Where it is, for people. */
  readonly place: string;
}
