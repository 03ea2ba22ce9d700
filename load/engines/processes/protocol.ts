import type { ConnectionsOrder, LoadSoFar } from '../autocannon-run.ts';

/** What one process is to do, as far as it can be sent. Secrets are not sent: a child has our environment. */
export interface ProcessOrder extends Pick<
  ConnectionsOrder,
  'profile' | 'urls' | 'headers' | 'run' | 'origin' | 'usersBefore'
> {
  /** The plan, where a flow has to be read from it: functions cannot be sent. */
  readonly planFile: string | undefined;
  /** What the steps of that flow are here; another flow by the same name must not be taken for it. */
  readonly steps: readonly string[];
}

/** First the order; when all are ready, go; and at any time stop. */
export type ToProcess = { readonly order: ProcessOrder } | 'go' | 'stop';

/** `result` is a `LoadResult`; the receiver checks it. */
export type FromProcess =
  'ready' | { readonly soFar: LoadSoFar } | { readonly result: unknown } | { readonly failed: string };
