import { checkServerIdentity } from 'node:tls';
import { eventOfCode } from '../../contract/events/codes.ts';
import type { EventId } from '../../contract/events/table.ts';
import { atLeast, holds, type Statement } from '../../contract/flow/statement.ts';
import type { Probe } from '../../contract/plan/probe.ts';
import { TLS_VERSIONS } from '../../contract/plan/probes/tls.ts';
import { TargetUnreachable } from '../../contract/ports/application.ts';
import { CannotTell, firstLine } from '../cannot-tell.ts';
import { causeOfNoAnswer, noAnswerStatement } from '../no-answer.ts';
import { doubtfulClock, otherClock } from '../own-clock.ts';
import type { Probed, ProbeTools } from '../probe-finding.ts';
import type { ProbeLook } from './probe-look.ts';
import { type Handshake, type Manners, shakeHands, type TlsPlace } from './tls-handshake.ts';

type TlsProbe = Extract<Probe, { kind: 'tls' }>;

const DAY_MS = 86_400_000;
const DATED: readonly (EventId | undefined)[] = ['certificate-expired', 'certificate-not-yet-valid'];
/** What comes of a version of TLS that one of the two does not speak. */
const NO_COMMON_VERSION: readonly EventId[] = ['tls-broken', 'reset'];
/** The version before each. */
const BEFORE = { 'TLSv1.2': 'TLSv1.1', 'TLSv1.3': 'TLSv1.2' } as const;

export const tlsLook: ProbeLook<TlsProbe> = {
  // Two handshakes, and what time it is there.
  mostAnswers: () => 4,
  look: (probe, tools) => probeTls(probe, tools),
};

/**
 * Looks at the certificate of a host and at the version of TLS that it speaks.
 * @param trust PEM of the CAs that are trusted; default: Node's own store and NODE_EXTRA_CA_CERTS
 */
export async function probeTls(probe: TlsProbe, tools: ProbeTools, trust?: string): Promise<Probed> {
  const look = new TlsLook(probe, tools, placeOf(probe, tools.urls));
  let seen: Handshake;
  try {
    seen = await shakeHands(look.place, probe.budgetMs, { trust });
  } catch (error) {
    if (!(error instanceof TargetUnreachable)) throw error;
    const old = NO_COMMON_VERSION.includes(error.event) ? await look.shakeOld({ newest: 'TLSv1.1' }) : error;
    if ('protocol' in old)
      return { statements: [look.protocol(old)], holds: '', cause: 'protocol', remedy: look.remedy(old) };
    const none = await look.met(error.event, error.message, 'secure connection');
    return { statements: [none], holds: '', cause: causeOfNoAnswer(error) };
  }
  const { certificate } = seen;
  const statements = [
    ...(await look.chain(seen)),
    await look.name(seen),
    await look.dates(seen),
    look.protocol(seen),
    ...(probe.refusesOlder ? [await look.older()] : []),
  ];
  const wrong = statements.find(({ ok }) => !ok);
  return {
    statements,
    holds: `The certificate of ${look.place.host} is trusted and valid until ${certificate.valid_to}, over ${seen.protocol}`,
    cause: wrong !== undefined && / of TLS$|^TLS /.test(wrong.name) ? 'protocol' : 'certificate',
    remedy: look.remedy(seen),
  };
}

function placeOf(probe: TlsProbe, urls: ProbeTools['urls']): TlsPlace {
  const base = urls[probe.endpoint];
  if (base === undefined) throw new Error(`no URL for endpoint "${probe.endpoint}"`);
  const url = new URL(base);
  const own = url.hostname.replace(/^\[|\]$/g, '');
  const host = probe.servername ?? own;
  // What the other name resolves to may still be the old system: the endpoint is what is asked.
  const address = probe.address ?? (host === own ? undefined : own);
  const port = probe.port ?? Number(url.port === '' ? 443 : url.port);
  const inUrl = host.includes(':') ? `[${host}]` : host;
  return { host, port, address, url: `https://${inUrl}:${port}/` };
}

/** One look at one place. */
class TlsLook {
  readonly place: TlsPlace;
  readonly #probe: TlsProbe;
  readonly #tools: ProbeTools;

  constructor(probe: TlsProbe, tools: ProbeTools, place: TlsPlace) {
    this.#probe = probe;
    this.#tools = tools;
    this.place = place;
  }

  remedy({ certificate }: Handshake): string {
    const { host, port, address } = this.place;
    return `correct the certificate or the versions of TLS where ${host} is served (${address ?? host}, port ${port}); the certificate that is shown there ends ${certificate.valid_to}`;
  }

  /** The statement that an event is, by the table of events. @throws CannotTell where it is not the target's */
  async met(event: EventId, detail: string, name: string): Promise<Statement> {
    const { url, address } = this.place;
    const { endpoint, budgetMs } = this.#probe;
    const error = new TargetUnreachable(event, detail, { url, address });
    const thirdParty = this.#tools.thirdParties?.has(endpoint) === true ? endpoint : undefined;
    return noAnswerStatement(error, name, budgetMs, this.#tools.control, thirdParty);
  }

  /** Shakes hands as clients of old times did. @returns why not, where that was not possible */
  async shakeOld(manners: Manners): Promise<Handshake | TargetUnreachable> {
    try {
      return await shakeHands(this.place, this.#probe.budgetMs, manners);
    } catch (error) {
      // Our own OpenSSL may be built or configured without them: then nothing was offered to the server.
      if (!(error instanceof TargetUnreachable) || /NO_(?:PROTOCOLS|CIPHERS)_AVAILABLE/.test(error.message))
        throw new CannotTell('own-tls', `old versions of TLS cannot be tried here: ${firstLine(error)}`, {
          remedy: 'run on a machine whose OpenSSL still speaks them, or leave out refusesOlder',
          cause: error,
        });
      return error;
    }
  }

  /** Nothing where the very dates are wrong: that is told with them. */
  async chain({ distrust, certificate }: Handshake): Promise<readonly Statement[]> {
    const what = 'certificate chain';
    const expected = 'trusted by Node';
    if (distrust === undefined)
      return [
        holds(what, true, `issued by ${String(certificate.issuer.O ?? certificate.issuer.CN)}`, expected),
      ];
    const event = eventOfCode(distrust) ?? 'certificate-untrusted';
    if (DATED.includes(event) && datedEvent(certificate) !== undefined) return [];
    const statement = await this.met(event, distrust, what);
    return [{ ...statement, measured: `${String(statement.measured)} (${distrust})`, expected }];
  }

  async name({ certificate }: Handshake): Promise<Statement> {
    const what = 'certificate name';
    const names = (certificate.subjectaltname ?? 'nothing').replaceAll(/\b(?:DNS|IP Address):/g, '');
    const wrong = checkServerIdentity(this.place.host, certificate);
    if (wrong !== undefined) await this.met('certificate-of-another-host', names, what);
    return holds(what, wrong === undefined, names, this.place.host);
  }

  /** @throws CannotTell where a clock that is far from ours would answer otherwise */
  async dates({ certificate }: Handshake): Promise<Statement> {
    const { url, address } = this.place;
    const what = 'days left of the certificate';
    const event = datedEvent(certificate);
    if (event !== undefined) {
      const { valid_from: from, valid_to: to } = certificate;
      const told = await this.met(event, `${from} to ${to}`, what);
      return { ...told, measured: `${String(told.measured)} (${from} to ${to})`, expected: 'valid now' };
    }
    const ours = this.#daysLeft(what, certificate, Date.now());
    const other = await otherClock(url, this.#tools.control, address);
    if (other !== undefined && this.#daysLeft(what, certificate, other).ok !== ours.ok)
      throw doubtfulClock(what, other);
    return ours;
  }

  #daysLeft(name: string, certificate: Handshake['certificate'], now: number): Statement {
    const left = Math.floor((Date.parse(certificate.valid_to) - now) / DAY_MS);
    if (now >= Date.parse(certificate.valid_from)) return atLeast(name, left, this.#probe.daysLeft, 'days');
    return holds(name, false, `valid from ${certificate.valid_from}`, 'valid now');
  }

  protocol({ protocol }: Pick<Handshake, 'protocol'>): Statement {
    const good: readonly string[] = TLS_VERSIONS.slice(TLS_VERSIONS.indexOf(this.#probe.protocol));
    return holds('TLS version', good.includes(protocol), protocol, `${this.#probe.protocol} or newer`);
  }

  /** An alert of the server is; a connection that breaks is only where it does so again, and newer versions still work. */
  async #isRefusal(answer: TargetUnreachable): Promise<boolean> {
    if (!NO_COMMON_VERSION.includes(answer.event)) return false;
    if (/\balert\b/i.test(answer.message)) return true;
    try {
      await shakeHands(this.place, this.#probe.budgetMs);
    } catch (error) {
      if (!(error instanceof TargetUnreachable)) throw error;
      return false;
    }
    const again = await this.shakeOld({ newest: BEFORE[this.#probe.protocol] });
    return !('protocol' in again) && NO_COMMON_VERSION.includes(again.event);
  }

  async older(): Promise<Statement> {
    const newest = BEFORE[this.#probe.protocol];
    const answer = await this.shakeOld({ newest });
    const what = 'older versions of TLS';
    const expected = `refused up to ${newest}`;
    if ('protocol' in answer) return holds(what, false, `${answer.protocol} is accepted`, expected);
    if (await this.#isRefusal(answer)) return holds(what, true, 'refused', expected);
    throw new CannotTell('older-tls', `whether ${newest} is refused cannot be told: ${answer.message}`, {
      remedy: 'run again',
      cause: answer,
    });
  }
}

/** What is wrong with the dates of a certificate by our own clock. */
function datedEvent({ valid_from, valid_to }: Handshake['certificate']): EventId | undefined {
  if (Date.now() > Date.parse(valid_to)) return 'certificate-expired';
  return Date.now() < Date.parse(valid_from) ? 'certificate-not-yet-valid' : undefined;
}
