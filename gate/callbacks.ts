import type { IncomingHttpHeaders } from 'node:http';
import type { Asked } from './question.ts';
import type { GateResponse } from './response.ts';

/** A check of a consumer that waits to be told, as it came in. */
export interface WaitingCheck {
  readonly headers: IncomingHttpHeaders;
  readonly asked: Asked;
  readonly by: string | null;
  readonly from: string;
}

/** Checks of one kind of consumer that wait for a verdict, and are called back once. */
export interface Callbacks {
  /** The address at which they ask. */
  readonly path: string;
  /** Answers at once, that it was heard: consumers give a few seconds. */
  take(check: WaitingCheck): GateResponse;
  /** Fails the checks that still wait: their tokens are kept nowhere, so nobody could call them back later. */
  close(): Promise<void>;
}
