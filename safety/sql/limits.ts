/** What one statement may take. */
export interface SqlLimits {
  /** Milliseconds, by the server's own clock; connecting may take as long again. */
  readonly statementTimeoutMs: number;
  /** Rows; those behind them are not read. */
  readonly mostRows: number;
}
