/** What a stand-in answers at some paths instead of what it should. */
export interface Instead {
  readonly status?: number;
  readonly body?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Milliseconds before the answer. */
  readonly delayMs?: number;
}

/** More requests than `requests` within `seconds` are answered 429, with `Retry-After`. */
export interface Limit {
  readonly requests: number;
  readonly seconds: number;
}

/** The state of one running stand-in. Faults change it while it runs. */
export interface SystemState {
  release: { version: string; commit: string };
  /** As the health document names it: `staging`, `production`. */
  environment: string;
  /** What the health document says of what the system rests on. */
  services: Record<string, 'ok' | 'down'>;
  /** Sent with every answer. */
  headers: Record<string, string>;
  /** Milliseconds before every answer. */
  delayMs: number;
  /** By `METHOD /path`; the path may be the beginning of one. */
  readonly instead: Map<string, Instead>;
  /** By the beginning of a path. */
  readonly limits: Map<string, Limit>;
  /** Answers so far by their status, for metrics. */
  readonly answered: Map<number, number>;
}

export function systemState(
  start: Pick<SystemState, 'release' | 'environment'> & Partial<SystemState>,
): SystemState {
  return {
    services: {},
    headers: {},
    delayMs: 0,
    instead: new Map<string, Instead>(),
    limits: new Map<string, Limit>(),
    answered: new Map<number, number>(),
    ...start,
  };
}
