import type { NameServer } from '../../contract/plan/probes/dns.ts';
import { TargetUnreachable } from '../../contract/ports/application.ts';
import { askNameServer, type Question } from './ask-name-server.ts';
import { type DnsRecord, type NameServerAnswer, plainName } from './name-server-answer.ts';

/** A server that was asked, and what came. */
export interface Heard {
  readonly server: NameServer;
  readonly answer: NameServerAnswer | TargetUnreachable;
}

/** Asks several servers at the same time. */
export function askAll(
  servers: readonly NameServer[],
  question: Question,
  budgetMs: number,
): Promise<Heard[]> {
  return Promise.all(
    servers.map(async (server): Promise<Heard> => {
      try {
        return { server, answer: await askNameServer(server, question, budgetMs) };
      } catch (error) {
        if (error instanceof TargetUnreachable) return { server, answer: error };
        throw error;
      }
    }),
  );
}

/** `ns1.example.com (192.0.2.1)` */
export function nameOfServer({ name, address, port }: NameServer): string {
  const at = port === 53 ? address : `${address} port ${port}`;
  return name === undefined ? at : `${name} (${at})`;
}

/** Where an answer ends: the records of the type that was asked for, or the name that nothing in it leads on from. */
export interface Points {
  /** Addresses, or for CNAME a name; sorted, each once. */
  readonly to: readonly string[];
  /** The name at which the answer stops without such a record. */
  readonly openEnd?: string;
}

/** Follows the names of an answer as far as it goes. */
export function pointsTo(name: string, type: 'A' | 'AAAA' | 'CNAME', answers: readonly DnsRecord[]): Points {
  let at = plainName(name);
  // No name of an answer is followed twice, so that a circle ends.
  for (const seen = new Set<string>(); !seen.has(at);) {
    seen.add(at);
    const here = answers.filter((one) => one.name === at);
    const found = here.filter((one) => one.type === type).map(({ data }) => data);
    if (found.length > 0) return { to: [...new Set(found)].sort() };
    const next = here.find((one) => one.type === 'CNAME');
    if (next === undefined) break;
    at = next.data;
  }
  return { to: [], openEnd: at };
}
