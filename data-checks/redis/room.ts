import type { ServerFacts } from './server-facts.ts';

/** How much of what a server has is used. */
export interface Room {
  readonly what: 'memory' | 'clients';
  readonly used: number | null;
  readonly limit: number | null;
  /** The most that is allowed, as a share of the limit; null: it is only shown. */
  readonly most: number | null;
  readonly answer: 'within' | 'over' | 'not-checked' | 'shown';
  readonly reason: string;
}

export interface RoomLimits {
  /** Shares between 0 and 1. */
  readonly maxMemoryShare?: number;
  readonly maxClientsShare?: number;
}

/** Memory and clients of a server against thresholds. Without `maxmemory`, the machine's memory is the limit. */
export function roomOf(facts: ServerFacts, limits: RoomLimits): readonly Room[] {
  const configured = amount(facts['maxmemory']);
  const [limit, called] =
    configured !== null && configured > 0
      ? [configured, 'maxmemory']
      : [amount(facts['total_system_memory']), "the machine's memory, as maxmemory is not set"];
  return [
    judged('memory', amount(facts['used_memory']), limit, called, limits.maxMemoryShare),
    judged(
      'clients',
      amount(facts['connected_clients']),
      amount(facts['maxclients']),
      'maxclients',
      limits.maxClientsShare,
    ),
  ];
}

function amount(text: string | undefined): number | null {
  return text !== undefined && /^\d+$/.test(text) ? Number(text) : null;
}

function judged(
  what: Room['what'],
  used: number | null,
  limit: number | null,
  called: string,
  most: number | undefined,
): Room {
  const room = { what, used, limit, most: most ?? null };
  if (used === null || limit === null || limit === 0) {
    const answer = most === undefined ? 'shown' : 'not-checked';
    return { ...room, answer, reason: `the server does not say how much ${what} it uses, or of how much` };
  }
  const percent = (share: number): string => `${Math.round(share * 1000) / 10} %`;
  const amounts = what === 'memory' ? `${megabytes(used)} of ${megabytes(limit)}` : `${used} of ${limit}`;
  const said = `${what}: ${amounts} (${called}), ${percent(used / limit)}`;
  if (most === undefined) return { ...room, answer: 'shown', reason: said };
  const over = used / limit > most;
  return {
    ...room,
    answer: over ? 'over' : 'within',
    reason: `${said}; at most ${percent(most)} is allowed`,
  };
}

function megabytes(bytes: number): string {
  return `${(bytes / 1024 / 1024).toFixed(1)} MiB`;
}
