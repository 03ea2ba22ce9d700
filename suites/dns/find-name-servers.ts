import type { NameServer } from '../../contract/plan/probes/dns.ts';
import { TargetUnreachable } from '../../contract/ports/application.ts';
import { CannotTell } from '../cannot-tell.ts';
import { askNameServer, type Question } from './ask-name-server.ts';
import { type NameServerAnswer, plainName } from './name-server-answer.ts';

/** Who speaks for a name. */
export interface Zone {
  /** `example.com` */
  readonly name: string;
  readonly servers: readonly NameServer[];
  /** Names of servers that have no address. */
  readonly nowhere: readonly string[];
  /** Of servers whose addresses our resolver did not find out. */
  readonly doubts: readonly CannotTell[];
}

const REMEDY = 'check the resolver of this machine, or name the servers of the zone: servers: [{ address }]';

/** Asks the resolvers of this machine. */
export class Recursion {
  /** At which servers that are found by asking listen; 53 everywhere but in tests. */
  readonly port: number;
  readonly #resolvers: readonly NameServer[];
  readonly #budgetMs: number;

  constructor(resolvers: readonly NameServer[], budgetMs: number, port = 53) {
    this.#resolvers = resolvers;
    this.#budgetMs = budgetMs;
    this.port = port;
  }

  /** The first answer that is one; SERVFAIL where all resolvers say so. @throws CannotTell where none answers */
  async ask(question: Question): Promise<NameServerAnswer> {
    let failed: NameServerAnswer | undefined;
    let why: unknown = new Error('this machine has no resolver');
    for (const resolver of this.#resolvers) {
      try {
        const answer = await askNameServer(resolver, { ...question, recursion: true }, this.#budgetMs);
        if (answer.rcode === 'NOERROR' || answer.rcode === 'NXDOMAIN') return answer;
        failed = answer;
      } catch (error) {
        if (!(error instanceof TargetUnreachable)) throw error;
        why = error;
      }
    }
    if (failed?.rcode === 'SERVFAIL') return failed;
    const said = failed === undefined ? (why as Error).message : failed.rcode;
    throw new CannotTell('own-resolver', `our resolver does not answer (${said})`, {
      remedy: REMEDY,
      cause: why,
    });
  }

  /** The addresses of a host; none where it has none. @throws CannotTell where nobody can tell */
  async addressesOf(host: string): Promise<readonly string[]> {
    for (const type of ['A', 'AAAA'] as const) {
      const { rcode, answers } = await this.ask({ name: host, type });
      // It did not find out, which does not say that there is none.
      if (rcode === 'SERVFAIL')
        throw new CannotTell('own-resolver', `our resolver gets no answer for ${host} (SERVFAIL)`, {
          remedy: REMEDY,
        });
      const found = answers.filter((one) => one.type === type).map(({ data }) => data);
      if (found.length > 0) return found;
    }
    return [];
  }
}

/**
 * Finds who speaks for a name: the servers that its zone names, and those that the zone above names for it, which are the
 * ones that resolvers come to first.
 * @throws CannotTell where our resolver does not say
 */
export async function findNameServers(name: string, recursion: Recursion, budgetMs: number): Promise<Zone> {
  const own = await nearestZone(name, recursion);
  if (own === undefined)
    throw new CannotTell('own-resolver', `our resolver knows no zone of ${name}`, { remedy: REMEDY });
  const above = own.name.includes('.') ? await nearestZone(parentOf(own.name), recursion) : undefined;
  const children = new Map<string, Set<string>>([[own.name, new Set(own.servers)]]);
  for (const zone of [own, ...(above === undefined ? [] : [above])]) {
    const referral = await referralOf(name, zone, recursion, budgetMs);
    if (referral === undefined) continue;
    const known = children.get(referral.name) ?? new Set();
    for (const server of referral.servers) known.add(server);
    children.set(referral.name, known);
  }
  const [zone, names] = [...children].sort(([one], [other]) => other.length - one.length)[0] as [
    string,
    Set<string>,
  ];
  const servers: NameServer[] = [];
  const nowhere: string[] = [];
  const doubts: CannotTell[] = [];
  for (const server of names) {
    try {
      const addresses = await recursion.addressesOf(server);
      if (addresses.length === 0) nowhere.push(server);
      servers.push(...addresses.map((address) => ({ name: server, address, port: recursion.port })));
    } catch (error) {
      // What could not be told of one server hides no fault of another.
      if (!(error instanceof CannotTell)) throw error;
      doubts.push(error);
    }
  }
  return { name: zone, servers, nowhere, doubts };
}

interface NamedZone {
  readonly name: string;
  /** Names of its servers. */
  readonly servers: readonly string[];
}

/** The nearest zone at or above a name of which our resolver knows the servers. */
async function nearestZone(name: string, recursion: Recursion): Promise<NamedZone | undefined> {
  for (let zone = plainName(name); zone !== ''; zone = parentOf(zone)) {
    const { answers } = await recursion.ask({ name: zone, type: 'NS' });
    const servers = answers.filter((one) => one.type === 'NS' && one.name === zone).map(({ data }) => data);
    if (servers.length > 0) return { name: zone, servers };
  }
  return undefined;
}

function parentOf(zone: string): string {
  return zone.replace(/^[^.]*\.?/, '');
}

/** To whom a zone sends those who ask it for a name below it; undefined where it does not, or is silent. */
async function referralOf(
  name: string,
  zone: NamedZone,
  recursion: Recursion,
  budgetMs: number,
): Promise<NamedZone | undefined> {
  for (const server of zone.servers.slice(0, 2)) {
    try {
      const [address] = await recursion.addressesOf(server);
      if (address === undefined) continue;
      const said = await askNameServer({ address, port: recursion.port }, { name, type: 'A' }, budgetMs);
      const ns = said.authorities.filter(({ type }) => type === 'NS');
      const child = ns[0]?.name;
      if (said.authoritative || child === undefined || child === zone.name) return undefined;
      return { name: child, servers: ns.filter((one) => one.name === child).map(({ data }) => data) };
    } catch (error) {
      // The zone above only adds to what is known; that it is silent is not the target's fault.
      if (!(error instanceof TargetUnreachable || error instanceof CannotTell)) throw error;
    }
  }
  return undefined;
}
