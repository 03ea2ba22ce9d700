import { eventOfAnswer } from '../../contract/events/answers.ts';
import { EVENTS } from '../../contract/events/table.ts';
import { encodeRequest, type ResponseView } from '../../contract/flow/http.ts';
import { holds, type Statement } from '../../contract/flow/statement.ts';
import { readHeaders } from '../../contract/plan/headers.ts';
import type { Probe } from '../../contract/plan/probe.ts';
import { type ApplicationPort, TargetUnreachable } from '../../contract/ports/application.ts';
import { shareLowerBound, shareUpperBound } from '../../contract/statistics/binomial.ts';
import { percent } from '../../contract/statistics/percent.ts';
import { answersToSeeAll } from '../../contract/statistics/sightings.ts';
import { loadRunContext } from '../../host/run-context.ts';
import { createHttpApplication } from '../../safety/http-application.ts';
import { resolveSecret } from '../../safety/secrets.ts';
import { CannotTell } from '../cannot-tell.ts';
import { noAnswerStatement } from '../no-answer.ts';
import type { Probed, ProbeTools } from '../probe-finding.ts';
import { targetApplication } from '../target-application.ts';
import { addressesOfHost, readMarker, type Sample } from './backend-sample.ts';
import { REDIRECTS } from './follow-redirects.ts';
import type { ProbeLook } from './probe-look.ts';

type BackendsProbe = Extract<Probe, { kind: 'backends' }>;

/** How sure it is that every node was seen, before anything passes. */
const SURE = 0.99;
/** And before "there are fewer" is said, which may roll back: one in a million, where one in a hundred is often enough. */
const VERY_SURE = 0.999_999;
/** Both ends together leave out 5 %. */
const EACH_END = 0.975;
/** Of a node that answers well and does not say what it runs. */
const NO_RELEASE = 'no release';

export const backendsLook: ProbeLook<BackendsProbe> = {
  mostAnswers: ({ nodes, connections }) => Math.max(connections ?? 0, answersToSeeAll(nodes, VERY_SURE)) + 1,
  look: (probe, tools, { plan }) => {
    const at = (address: string): ApplicationPort =>
      targetApplication(createHttpApplication({ freshAt: address }), plan.target);
    return probeBackends(probe, tools, at, loadRunContext()?.wanted?.id);
  },
};

/**
 * Asks again and again, each time over a new connection, and groups what came by who answered.
 * @param at sends requests to one IP address, each over a connection of its own
 * @param wanted the release that the run is about
 */
export async function probeBackends(
  probe: BackendsProbe,
  tools: ProbeTools,
  at: (address: string) => ApplicationPort = (address) => createHttpApplication({ freshAt: address }),
  wanted?: string,
): Promise<Probed> {
  const look = new BackendsLook(probe, tools, at, wanted);
  return look.look();
}

/** The answers of one node. */
interface Group {
  readonly node: string;
  count: number;
  /** What was wrong with answers, in words, and how often. */
  readonly wrong: Map<string, number>;
  readonly releases: Map<string, number>;
}

class BackendsLook {
  readonly #probe: BackendsProbe;
  readonly #tools: ProbeTools;
  readonly #at: (address: string) => ApplicationPort;
  readonly #wanted: string | undefined;
  readonly #groups = new Map<string, Group>();
  /** How often each kind of answer came that is given to whoever asks, and not by a node that is ill. */
  readonly #instead = { 'not-let-in': 0, redirected: 0 };
  /** Where the last redirect led, without its query: it may hold a secret. */
  #leadsTo = 'nowhere';
  /** Answers that are well and do not say who gave them. */
  #unnamed = 0;
  #total = 0;
  /** Those to which this machine has no way, such as those of IPv6, are left out. */
  #addresses: readonly string[] = [];

  constructor(
    probe: BackendsProbe,
    tools: ProbeTools,
    at: (address: string) => ApplicationPort,
    wanted: string | undefined,
  ) {
    this.#probe = probe;
    this.#tools = tools;
    this.#at = at;
    this.#wanted = probe.release?.is ?? wanted;
  }

  async look(): Promise<Probed> {
    const { nodes, connections, spreads, endpoint, budgetMs } = this.#probe;
    const url = new URL(this.#tools.urls[endpoint] ?? '');
    try {
      this.#addresses = this.#probe.addresses ?? (await addressesOfHost(url.hostname));
    } catch (error) {
      if (!(error instanceof TargetUnreachable)) throw error;
      const none = await noAnswerStatement(error, 'address of the host', budgetMs, this.#tools.control);
      return { statements: [none], holds: '', cause: 'no-answer' };
    }
    const enough = answersToSeeAll(nodes, SURE);
    await this.#ask(connections ?? enough);
    this.#refuseAllAlike();
    // Chance may have kept one from being seen: only many more answers show that it is not there.
    const surely = answersToSeeAll(nodes, VERY_SURE);
    if (connections === undefined && this.#seen() < nodes && this.#allWell())
      await this.#ask(surely - this.#total);
    // More nodes than planned want more answers, up to a bound: what differs in each answer names no node.
    const forSeen = answersToSeeAll(this.#seen());
    if (connections === undefined && this.#seen() > nodes && forSeen <= surely && this.#allWell())
      await this.#ask(forSeen - this.#total);
    const statements = [...this.#states(), ...this.#releases()];
    const wrong = statements.find(({ ok }) => !ok);
    if (wrong === undefined) this.#refuse(enough, surely, spreads);
    const count = this.#count();
    const cause =
      wrong === undefined && count.ok
        ? ''
        : wrong === undefined
          ? 'nodes-missing'
          : wrong.name.startsWith('release')
            ? 'other-release'
            : 'node-fails';
    return {
      statements: [...statements, count],
      holds: `${this.#total} new connections reached ${this.#seen()} of ${nodes} nodes, all of them well (${enough} show each of ${nodes} with 99 %)`,
      cause,
      remedy: REMEDIES[cause],
      sampleSize: this.#total,
    };
  }

  /** @param times so many connections more */
  async #ask(times: number): Promise<void> {
    const { path, endpoint, budgetMs } = this.#probe;
    const headers = readHeaders(this.#probe.headers, resolveSecret);
    const request = encodeRequest({ method: 'GET', path, endpoint, headers }, this.#tools.urls);
    for (const ends = this.#total + times; this.#total < ends;) {
      const address = this.#addresses[this.#total % this.#addresses.length] as string;
      try {
        const came = await this.#at(address).send(request, budgetMs);
        this.#total += 1;
        this.#take({ address, came });
      } catch (error) {
        if (!(error instanceof TargetUnreachable)) throw error;
        if (error.event === 'no-route' && this.#addresses.length > 1) {
          this.#addresses = this.#addresses.filter((one) => one !== address);
          continue;
        }
        this.#total += 1;
        // What it means is asked at once: it throws where it is ours, which must not be held against a node.
        await noAnswerStatement(error, `connection ${this.#total}`, budgetMs, this.#tools.control);
        this.#take({ address, came: error });
      }
    }
  }

  #take({ address, came }: Sample): void {
    if (came instanceof TargetUnreachable)
      return this.#note(`somebody at ${address}`, EVENTS[came.event].words, undefined);
    const { by, release, status } = this.#probe;
    this.#refuseOthers(came);
    const node = readMarker(by, came);
    const isWell = came.status === status;
    if (!isWell) this.#noteInstead(came);
    if (node === undefined && isWell) {
      this.#unnamed += 1;
      return;
    }
    // A balancer that answers in place of a node names none.
    const name = node ?? `somebody at ${address}`;
    const runs = release === undefined || !isWell ? undefined : (readMarker(release, came) ?? NO_RELEASE);
    this.#note(name, isWell ? undefined : `${came.status}`, runs);
  }

  /** A limit or a protection service answers in place of all nodes. @throws CannotTell */
  #refuseOthers(came: ResponseView): void {
    const met = eventOfAnswer(came, came.status === this.#probe.status);
    // 503 with the time to come again is what a node that starts or ends says.
    if (met === undefined || (met.event === 'rate-limited' && came.status === 503)) return;
    const { words, remedy } = EVENTS[met.event];
    throw new CannotTell(met.event, `connection ${this.#total}: ${words} (${met.detail})`, { remedy });
  }

  #noteInstead({ status, headers }: ResponseView): void {
    if (status === 401 || status === 403) this.#instead['not-let-in'] += 1;
    if (!REDIRECTS.includes(status)) return;
    this.#instead.redirected += 1;
    const [location, base] = [headers['location'] ?? '', this.#tools.urls[this.#probe.endpoint]];
    if (!URL.canParse(location, base)) return;
    const to = new URL(location, base);
    this.#leadsTo = `${to.origin}${to.pathname}`;
  }

  /** Nodes do not all fall ill in this way: it is said to whoever asks so. One that says it alone is. @throws CannotTell */
  #refuseAllAlike(): void {
    const all = `all ${this.#total} connections were answered`;
    if (this.#instead['not-let-in'] === this.#total)
      throw new CannotTell('not-let-in', `${all} with 401 or 403, so that nobody knows which node is well`, {
        remedy: "renew the credentials that the probe's headers name, or give it some; or ask an open path",
      });
    if (this.#instead.redirected === this.#total)
      throw new CannotTell(
        'redirected',
        `${all} with a redirect, the last one to ${this.#leadsTo}, so that nobody knows which node is well`,
        {
          remedy:
            'ask the address that it leads to, by endpoint and path, or say with status that a redirect is well',
        },
      );
  }

  #note(node: string, wrong: string | undefined, release: string | undefined): void {
    const none: Group = { node, count: 0, wrong: new Map(), releases: new Map() };
    const group = this.#groups.get(node) ?? none;
    this.#groups.set(node, group);
    group.count += 1;
    if (wrong !== undefined) group.wrong.set(wrong, (group.wrong.get(wrong) ?? 0) + 1);
    if (release !== undefined) group.releases.set(release, (group.releases.get(release) ?? 0) + 1);
  }

  /** How many nodes named themselves. */
  #seen(): number {
    return [...this.#groups.keys()].filter((node) => !node.startsWith('somebody at ')).length;
  }

  #allWell(): boolean {
    return [...this.#groups.values()].every(({ wrong }) => wrong.size === 0);
  }

  #sorted(): readonly Group[] {
    return [...this.#groups.values()].sort((one, other) => one.node.localeCompare(other.node));
  }

  #states(): readonly Statement[] {
    return this.#sorted().map(({ node, count, wrong }) => {
      const bad = [...wrong.values()].reduce((sum, one) => sum + one, 0);
      const what = [...wrong].map(([words, times]) => `${times} x ${words}`).join(', ');
      const share = this.#share(count);
      const measured =
        bad === 0
          ? `${count} well, ${share}`
          : `${bad} of its ${count} answers are wrong (${what}); ${share}`;
      return holds(`node ${node}`, bad === 0, measured, `answers ${this.#probe.status}`);
    });
  }

  /** `25 % of all answers (95 %: 11 % to 47 %)` */
  #share(count: number): string {
    const [low, high] = [
      shareLowerBound(count, this.#total, EACH_END),
      shareUpperBound(count, this.#total, EACH_END),
    ];
    return `${percent(count / this.#total, 0)} of all answers (95 %: ${percent(low, 0)} to ${percent(high, 0)})`;
  }

  #releases(): readonly Statement[] {
    if (this.#probe.release === undefined) return [];
    const all = this.#sorted().flatMap(({ node, releases }) =>
      [...releases].map(([release, count]) => ({ node, release, count })),
    );
    // Where nobody names one there is nothing to compare, neither with the wanted one nor with each other.
    if (!this.#anyRelease()) return [];
    const wanted = this.#wanted ?? mostCommon(all);
    return all.map(({ node, release, count }) =>
      holds(
        `release of node ${node}`,
        release === wanted,
        `${release}, ${this.#share(count)}`,
        this.#wanted ?? `${String(wanted)}, as most`,
      ),
    );
  }

  #anyRelease(): boolean {
    return [...this.#groups.values()].some(({ releases }) =>
      [...releases.keys()].some((release) => release !== NO_RELEASE),
    );
  }

  #count(): Statement {
    const { nodes } = this.#probe;
    return holds(
      'nodes',
      this.#seen() >= nodes,
      `${this.#seen()} seen by ${this.#total} connections`,
      `>= ${nodes}`,
    );
  }

  /** @throws CannotTell where nobody may say that all nodes were seen, or that one is missing */
  #refuse(enough: number, surely: number, spreads: boolean): void {
    const { nodes } = this.#probe;
    if (this.#unnamed > 0)
      throw new CannotTell(
        'node-not-named',
        `${this.#unnamed} of ${this.#total} answers do not say who gave them`,
        {
          remedy:
            'let each node name itself, by a header, a cookie or in the body, and say where in `by` (HAProxy: http-response set-header x-served-by %s)',
        },
      );
    if (this.#probe.release !== undefined && !this.#anyRelease())
      throw new CannotTell(
        'release-not-named',
        `none of ${this.#total} answers says which release it is of`,
        { remedy: 'let each node tell its release, and say where in `release`' },
      );
    const seen = this.#seen();
    if (seen < nodes && !spreads && seen === 1)
      throw new CannotTell('kept-at-one-node', `all ${this.#total} connections reached the same node`, {
        remedy: 'name the addresses of the nodes themselves: addresses: [...], or run from several machines',
      });
    const needed = seen < nodes ? surely : seen > nodes ? answersToSeeAll(seen) : enough;
    if (this.#total >= needed) return;
    const ofAll = Math.max(seen, nodes);
    const what = seen < nodes ? 'before one may be called missing' : `to see each of ${ofAll} with 99 %`;
    throw new CannotTell(
      'too-few-connections',
      `${this.#total} connections reached ${seen} of ${nodes} nodes; ${needed} are needed ${what}`,
      {
        remedy:
          seen > nodes
            ? 'say how many nodes there are; where each answer looks like a node of its own, name in `by` what stays the same'
            : `leave connections out, or say at least ${needed}`,
      },
    );
  }
}

const REMEDIES: Readonly<Record<string, string>> = {
  'node-fails': 'take that node out of the balancer, and look at its log',
  'other-release': 'roll the release out to that node as well, or take it out of the balancer',
  'nodes-missing':
    'look at the balancer: which nodes it takes for dead or has drained; if it keeps a client at one node, say spreads: false',
};

function mostCommon(
  all: readonly { readonly release: string; readonly count: number }[],
): string | undefined {
  const sums = new Map<string, number>();
  for (const { release, count } of all) sums.set(release, (sums.get(release) ?? 0) + count);
  return [...sums].sort(([, one], [, other]) => other - one)[0]?.[0];
}
