import { atMost, holds, type Statement } from '../../contract/flow/statement.ts';
import type { Probe } from '../../contract/plan/probe.ts';
import type { NameServer } from '../../contract/plan/probes/dns.ts';
import { TargetUnreachable } from '../../contract/ports/application.ts';
import { CannotTell } from '../cannot-tell.ts';
import { noAnswerStatement } from '../no-answer.ts';
import { doubtfulClock, otherClock } from '../own-clock.ts';
import type { Probed, ProbeTools } from '../probe-finding.ts';
import type { ProbeLook } from '../probes/probe-look.ts';
import { firstWrong } from '../words.ts';
import { DNS_REMEDIES } from './dns-remedies.ts';
import { findNameServers, Recursion, type Zone } from './find-name-servers.ts';
import { agree, canonical, type Leads, type Said, same, speaks } from './leads.ts';
import { askAll, type Heard, nameOfServer, pointsTo } from './look-up.ts';
import { type NameServerAnswer, plainName } from './name-server-answer.ts';
import { resolversOfThisMachine } from './resolvers-of-this-machine.ts';

type DnsProbe = Extract<Probe, { kind: 'dns' }>;

/** A name that stands for another, which stands for another: more than that nobody follows. */
const MOST_NAMES = 8;
/** How often a server is asked that does not say the same as the others: answers may rotate. */
const ROUNDS = 3;

export const dnsLook: ProbeLook<DnsProbe> = {
  // Servers are asked at the same time; finding them takes a few questions for each zone.
  mostAnswers: ({ resolvers }) => 20 + ROUNDS * 2 + (2 + ROUNDS) * resolvers.length,
  look: (probe, tools) => probeDns(probe, tools),
};

/**
 * Asks the servers that speak for a name what they say of it, and resolvers whether they say so by now.
 * @param ours the resolvers of this machine
 * @param port of servers that are found by asking
 */
export async function probeDns(
  probe: DnsProbe,
  tools: ProbeTools,
  ours: readonly NameServer[] = resolversOfThisMachine(),
  port = 53,
): Promise<Probed> {
  const look = new DnsLook(probe, tools, new Recursion(ours, probe.budgetMs, port));
  await look.servers();
  await look.resolvers();
  return look.done();
}

class DnsLook {
  /** What the servers of the zone agree on, where they do. */
  #right: readonly string[] | undefined;
  readonly #probe: DnsProbe;
  readonly #tools: ProbeTools;
  readonly #recursion: Recursion;
  readonly #name: string;
  readonly #statements: Statement[] = [];
  readonly #unclear: CannotTell[] = [];
  readonly #causes = new Map<Statement, string>();
  readonly #ttls: number[] = [];
  #expected: { readonly addresses: readonly string[]; readonly words: string } | undefined;
  #through: string | undefined;
  #servers: readonly NameServer[] = [];

  constructor(probe: DnsProbe, tools: ProbeTools, recursion: Recursion) {
    this.#probe = probe;
    this.#tools = tools;
    this.#recursion = recursion;
    this.#name = plainName(probe.name ?? new URL(tools.urls[probe.endpoint] ?? '').hostname);
  }

  /** Asks every server of the zone. */
  async servers(): Promise<void> {
    const zone = await this.#zone();
    this.#unclear.push(...zone.doubts);
    const heard = await this.#ask(zone.servers);
    await this.#refuseIfIntercepted(heard);
    for (const name of zone.nowhere)
      this.#say(holds(`address of ${name}`, false, 'none', `a server of ${zone.name}`), 'lame-delegation');
    await this.#try(() => this.#compareServers(zone.servers, heard));
  }

  /** What one question cannot tell hides no fault that another one has shown. */
  async #try(question: () => Promise<void>): Promise<void> {
    try {
      await question();
    } catch (error) {
      if (!(error instanceof CannotTell)) throw error;
      this.#unclear.push(error);
    }
  }

  async #compareServers(servers: readonly NameServer[], heard: readonly Heard[]): Promise<void> {
    const said: Leads[] = [];
    for (const one of heard)
      await this.#try(async () => {
        const leads = await this.#hear(one, heard);
        if (leads !== undefined) said.push(leads);
      });
    const [first] = said;
    if (first === undefined) return;
    await this.#expect();
    if (this.#expected === undefined && said.some((one) => !agree(one, first))) {
      if (await this.#rotates(servers)) throw this.#rotating();
      const measured = [...new Set(said.map(({ to }) => to.join(', ')))].join(' | ');
      this.#say(
        holds('servers of the zone', false, measured, 'the same answer from all'),
        'servers-disagree',
      );
      return;
    }
    for (const { to } of this.#expected === undefined ? [] : said)
      this.#say(this.#pointsWell(`${this.#name} at its own servers`, to), 'points-elsewhere');
    this.#right = [...new Set(said.flatMap(({ to }) => to))].sort();
    this.#through = first.through;
    this.#servers = servers;
  }

  async #zone(): Promise<Zone> {
    const { servers, budgetMs } = this.#probe;
    if (servers !== undefined) return { name: this.#name, servers, nowhere: [], doubts: [] };
    return findNameServers(this.#name, this.#recursion, budgetMs);
  }

  #ask(servers: readonly NameServer[]): Promise<Heard[]> {
    const { type, budgetMs } = this.#probe;
    return askAll(servers, { name: this.#name, type }, budgetMs);
  }

  /** Where every server answers like a resolver, something in our network answers in place of all of them. */
  async #refuseIfIntercepted(heard: readonly Heard[]): Promise<void> {
    const answers = heard.flatMap(({ answer }) => (answer instanceof TargetUnreachable ? [] : [answer]));
    if (answers.length === 0 || answers.some(speaks)) return;
    const remedy =
      'let questions of DNS (port 53) out of this network as they are, or name the servers that speak for the zone';
    if (answers.every(({ recursive, rcode }) => recursive && rcode !== 'REFUSED'))
      throw new CannotTell(
        'not-authoritative',
        `nobody who answers speaks for ${this.#name}: they answer like resolvers, or something in between does`,
        { remedy },
      );
    if (!answers.every((one) => one.rcode === 'REFUSED')) return;
    // Firewalls refuse like servers that do not know the zone; of these nobody gets an answer.
    const { rcode, answers: known } = await this.#recursion.ask({ name: this.#name, type: this.#probe.type });
    if (rcode === 'NOERROR' && known.length > 0)
      throw new CannotTell('refused-here', `all servers of ${this.#name} refuse us, and answer others`, {
        remedy,
      });
  }

  /** What one server says; undefined where that is wrong, or nothing. */
  async #hear({ server, answer }: Heard, all: readonly Heard[]): Promise<Leads | undefined> {
    const where = nameOfServer(server);
    const name = `answer of ${where}`;
    if (answer instanceof TargetUnreachable) {
      await this.#silent(answer, name, all);
      return undefined;
    }
    const { rcode, authoritative } = answer;
    const expected = `the answer of a server that speaks for ${this.#name}`;
    if (rcode !== 'NOERROR' && rcode !== 'NXDOMAIN') {
      this.#say(
        holds(name, false, rcode, expected),
        rcode === 'SERVFAIL' ? 'server-fails' : 'lame-delegation',
      );
      return undefined;
    }
    if (!authoritative) {
      this.#say(holds(name, false, 'not authoritative', expected), 'lame-delegation');
      return undefined;
    }
    const said = await this.#read(answer);
    if ('broken' in said) {
      this.#say(holds(name, false, said.broken, `a record of type ${this.#probe.type}`), said.cause);
      return undefined;
    }
    this.#say(holds(name, true, said.to.join(', '), `a record of type ${this.#probe.type}`), '');
    this.#lookAtTtl(where, answer);
    return said;
  }

  /** The records of this very name: what they stand for may belong to others, who do not move. */
  #lookAtTtl(where: string, { answers }: NameServerAnswer): void {
    const own = answers.filter(({ name }) => name === this.#name).map(({ ttl }) => ttl);
    const longest = Math.max(...own);
    this.#ttls.push(longest);
    const { ttlAtMost } = this.#probe;
    if (ttlAtMost !== undefined) this.#say(atMost(`TTL at ${where}`, longest, ttlAtMost, 's'), 'ttl');
  }

  /** A server is silent, or its host cannot be reached: its fault only while others show that questions get out. */
  async #silent(error: TargetUnreachable, name: string, all: readonly Heard[]): Promise<void> {
    const others = all.some(({ answer }) => !(answer instanceof TargetUnreachable));
    try {
      if (!others && !(await this.#someResolverAnswers()))
        throw new CannotTell('dns-silent', `${name}: ${error.message}, and no other server answers us`, {
          remedy: 'let questions of DNS (port 53, UDP and TCP) out of this network, then run again',
          cause: error,
        });
      this.#say(
        await noAnswerStatement(error, name, this.#probe.budgetMs, this.#tools.control),
        'server-silent',
      );
    } catch (doubt) {
      if (!(doubt instanceof CannotTell)) throw doubt;
      this.#unclear.push(doubt);
    }
  }

  /** Those of this machine say nothing of the way out: they lie within it. */
  async #someResolverAnswers(): Promise<boolean> {
    const { resolvers, type, budgetMs } = this.#probe;
    const heard = await askAll(resolvers, { name: this.#name, type, recursion: true }, budgetMs);
    return heard.some(({ answer }) => !(answer instanceof TargetUnreachable));
  }

  /** Follows an answer to its end, which may lie in the zone of somebody else. */
  async #read(answer: NameServerAnswer): Promise<Said> {
    const { type } = this.#probe;
    let { to, openEnd } = pointsTo(this.#name, type, answer.answers);
    if (to.length > 0) return { to };
    if (openEnd === this.#name || openEnd === undefined)
      return answer.rcode === 'NXDOMAIN'
        ? { broken: 'no such name (NXDOMAIN)', cause: 'no-such-name' }
        : { broken: `no record of type ${type}`, cause: 'no-record' };
    if (type === 'CNAME') return { broken: `no record of type ${type}`, cause: 'no-record' };
    const through = openEnd;
    for (let names = 0; names < MOST_NAMES && openEnd !== undefined; names += 1) {
      const next = await this.#somebodySays(openEnd);
      ({ to, openEnd } = pointsTo(openEnd, type, next.answers));
      if (to.length > 0) return { to, through };
      if (next.rcode === 'NXDOMAIN') break;
    }
    return { broken: `leads to ${through}, which has no address`, cause: 'no-record' };
  }

  /** Of a name that may belong to others. The plan's own servers may speak for it as well. @throws CannotTell */
  async #somebodySays(name: string): Promise<NameServerAnswer> {
    const { servers = [], type, budgetMs } = this.#probe;
    const question = { name, type: type === 'AAAA' ? 'AAAA' : 'A' } as const;
    for (const { answer } of await askAll(servers, question, budgetMs))
      if (!(answer instanceof TargetUnreachable) && speaks(answer)) return answer;
    const answer = await this.#recursion.ask(question);
    if (answer.rcode === 'SERVFAIL')
      throw new CannotTell('other-zone-fails', `our resolver gets no answer for ${name} (SERVFAIL)`, {
        remedy: `ask those who keep the zone of ${name}, or run again`,
      });
    return answer;
  }

  async #expect(): Promise<void> {
    const { expect, type } = this.#probe;
    if (expect === undefined) return;
    if ('cname' in expect) {
      this.#expected = { addresses: [expect.cname.toLowerCase()], words: expect.cname };
    } else if ('addresses' in expect) {
      this.#expected = {
        addresses: expect.addresses.map(canonical),
        words: `of ${expect.addresses.join(', ')}`,
      };
    } else {
      const { answers } = await this.#somebodySays(expect.sameAs);
      const { to } = pointsTo(expect.sameAs, type, answers);
      if (to.length === 0)
        throw new CannotTell(
          'nothing-to-compare',
          `${expect.sameAs} has no record of type ${type} to compare with`,
          {
            remedy: 'name a host in expect.sameAs that has one',
          },
        );
      this.#expected = { addresses: to.map(canonical), words: `as ${expect.sameAs}: ${to.join(', ')}` };
    }
  }

  #pointsWell(what: string, to: readonly string[]): Statement {
    const { addresses = [], words = '' } = this.#expected ?? {};
    const ok = to.length > 0 && to.every((one) => addresses.includes(canonical(one)));
    return holds(`where ${what} leads`, ok, to.join(', '), words);
  }

  /** Weighted and rotating answers are no disagreement: a server that differs from itself says another thing each time. */
  async #rotates(servers: readonly NameServer[]): Promise<boolean> {
    const seen = new Map<NameServer, Set<string>>();
    for (let round = 0; round < ROUNDS; round += 1)
      for (const { server, answer } of await this.#ask(servers)) {
        if (answer instanceof TargetUnreachable) continue;
        const { to } = pointsTo(this.#name, this.#probe.type, answer.answers);
        seen.set(server, (seen.get(server) ?? new Set()).add(to.join(', ')));
      }
    return [...seen.values()].some(({ size }) => size > 1);
  }

  /** Whether a resolver may rightly say another thing: as the zone says it, what leads out of it is for others to answer. */
  async #mayDiffer({ answers }: NameServerAnswer): Promise<boolean> {
    const leavesAlike = answers.some(({ type, data }) => type === 'CNAME' && data === this.#through);
    return leavesAlike || this.#rotates(this.#servers);
  }

  #rotating(): CannotTell {
    return new CannotTell('answers-rotate', `what ${this.#name} leads to is another answer each time`, {
      remedy: 'name all that may be answered: expect: { addresses: [...] }',
    });
  }

  /** Asks the named resolvers whether they say what the servers of the zone do. */
  async resolvers(): Promise<void> {
    const right = this.#right;
    const { resolvers, type, budgetMs } = this.#probe;
    if (right === undefined) return;
    const heard = await askAll(resolvers, { name: this.#name, type, recursion: true }, budgetMs);
    for (const { server, answer } of heard) {
      const where = `resolver ${nameOfServer(server)}`;
      if (answer instanceof TargetUnreachable)
        this.#doubt('resolver-silent', `${where}: ${answer.message}`, 'let questions of DNS to it out');
      else await this.#try(() => this.#hearResolver(server, where, answer, right));
    }
  }

  async #hearResolver(
    server: NameServer,
    where: string,
    answer: NameServerAnswer,
    right: readonly string[],
  ): Promise<void> {
    const { type, budgetMs } = this.#probe;
    const { to } = pointsTo(this.#name, type, answer.answers);
    if (to.length === 0 && answer.rcode !== 'NXDOMAIN' && answer.rcode !== 'NOERROR') {
      const question = { name: this.#name, type, recursion: true, unchecked: true };
      const [again] = await askAll([server], question, budgetMs);
      // One that did not find out in time knows it a moment later; one that takes the signature for wrong still refuses.
      const [checked] = await askAll([server], { ...question, unchecked: false }, budgetMs);
      const still =
        checked !== undefined &&
        !(checked.answer instanceof TargetUnreachable) &&
        checked.answer.rcode === 'SERVFAIL';
      const signed =
        again !== undefined &&
        !(again.answer instanceof TargetUnreachable) &&
        again.answer.answers.length > 0;
      if (signed && still && answer.rcode === 'SERVFAIL')
        this.#say(
          holds(where, false, 'SERVFAIL: the signature (DNSSEC) is not valid', right.join(', ')),
          'dnssec',
        );
      else this.#doubt('resolver-fails', `${where}: ${answer.rcode}`, 'ask those who run it, or run again');
      return;
    }
    const expected = this.#expected === undefined ? right.join(', ') : this.#expected.words;
    const ok = this.#expected === undefined ? same(to, right) : this.#pointsWell(this.#name, to).ok;
    const kept = Math.max(0, ...[...answer.answers, ...answer.authorities].map(({ ttl }) => ttl));
    const none = answer.rcode === 'NXDOMAIN' ? 'no such name (NXDOMAIN)' : 'no such record';
    const measured = `${to.join(', ') || none}${ok ? '' : `, kept for ${kept} s more`}`;
    const end = this.#oldAnswersEnd();
    if (!ok && end !== undefined && (await this.#now()) <= end.getTime())
      this.#doubt(
        'old-answers-kept',
        `${where}: ${measured}; old answers may be kept until ${end.toISOString()}`,
        `run again after ${end.toISOString()}`,
      );
    else if (!ok && to.length > 0 && this.#expected === undefined && (await this.#mayDiffer(answer)))
      this.#unclear.push(this.#rotating());
    else this.#say(holds(where, ok, measured, expected), 'resolver-disagrees');
  }

  /** By when every cache that keeps to the TTL has forgotten what was answered before the record was changed. */
  #oldAnswersEnd(): Date | undefined {
    const { moved } = this.#probe;
    return moved && new Date(Date.parse(moved.at) + moved.oldTtl * 1000);
  }

  /** @throws CannotTell when our own clock is far off */
  async #now(): Promise<number> {
    const { control, urls } = this.#tools;
    const other = await otherClock(urls['app'] ?? '', control);
    if (other !== undefined) throw doubtfulClock('when old answers end', other);
    return Date.now();
  }

  #say(statement: Statement, cause: string): void {
    this.#statements.push(statement);
    this.#causes.set(statement, cause);
  }

  #doubt(word: string, message: string, remedy: string): void {
    this.#unclear.push(new CannotTell(word, message, { remedy }));
  }

  done(): Probed {
    // What could not be told of one server hides no fault of another.
    const wrong = firstWrong(this.#statements);
    if (wrong === undefined && this.#unclear[0] !== undefined) throw this.#unclear[0];
    const { resolvers } = this.#probe;
    const ttl = this.#ttls.length === 0 ? '' : `, TTL ${Math.max(...this.#ttls)} s`;
    const end = this.#oldAnswersEnd();
    const cause = (wrong && this.#causes.get(wrong)) ?? '';
    return {
      statements: this.#statements,
      holds: `${this.#name} leads to ${this.#right?.join(', ') ?? 'nothing'}${ttl}${
        resolvers.length === 0 ? '' : `; ${resolvers.length} of ${resolvers.length} resolvers agree`
      }${end === undefined ? '' : `; old answers may be kept until ${end.toISOString()}`}`,
      cause,
      remedy: DNS_REMEDIES[cause] ?? 'correct the record at the servers of its zone',
    };
  }
}
