import { situationOf, type Asker, type ControlAnswer, type Situation } from './situation.ts';

/** Everything that can come instead of the answer that was wanted. */
export type EventId =
  // The target is not there, or does not speak as it should.
  | 'refused'
  | 'reset'
  | 'unresolved'
  | 'timeout'
  | 'host-unreachable'
  | 'not-http'
  | 'tls-broken'
  | 'certificate-untrusted'
  | 'certificate-of-another-host'
  | 'certificate-expired'
  | 'certificate-not-yet-valid'
  | 'certificate-revoked'
  // The target answers, and not as wanted.
  | 'body-cut-short'
  | 'body-undecodable'
  | 'redirect-loop'
  | 'wrong-status'
  | 'wrong-shape'
  | 'not-let-in'
  | 'rate-limited-still'
  // It is ours, or somebody's between us and the target.
  | 'rate-limited'
  | 'challenge-page'
  | 'credentials-refused-by-both'
  | 'client-certificate-wanted'
  | 'resolver-silent'
  | 'no-route'
  | 'files-exhausted'
  | 'ports-exhausted'
  | 'memory-exhausted'
  | 'own-sockets'
  | 'headers-too-large'
  | 'body-too-large'
  | 'own-clock'
  | 'ca-unknown-to-browser'
  | 'ca-unknown-to-node'
  | 'own-proxy'
  | 'captive-portal'
  | 'port-blocked';

/** What an event says about the target. */
export type EventOutcome = 'fail' | 'unknown';

/** One row of the table. */
export interface EventRow {
  /** What was seen, as a report says it: "connection refused". */
  readonly words: string;
  readonly means: Readonly<Record<Situation, EventOutcome>>;
  /** What to do where it is unknown. */
  readonly remedy: string;
}

type Meaning = EventRow['means'];

/** No answer came. A dead network of ours looks the same, and under load a limit of our own machine does as well. */
const NO_ANSWER: Meaning = {
  single: 'fail',
  'single-answers': 'fail',
  'single-silent': 'unknown',
  load: 'unknown',
  'load-answers': 'fail',
  'load-silent': 'unknown',
  'third-party': 'unknown',
};
/** The connection stood, so under load too it is the target that is late. */
const LATE: Meaning = { ...NO_ANSWER, load: 'fail' };
/** A dead host and a missing route of ours look the same until something shows that our routes work. */
const NO_WAY: Meaning = { ...NO_ANSWER, single: 'unknown' };
/** The target itself said it, whatever our network does. */
const WRONG_ANSWER: Meaning = {
  single: 'fail',
  'single-answers': 'fail',
  'single-silent': 'fail',
  load: 'fail',
  'load-answers': 'fail',
  'load-silent': 'fail',
  'third-party': 'unknown',
};
/** A generator asks more than any user does, so a limit that it meets is not the product's fault by itself. */
const LIMIT: Meaning = {
  ...WRONG_ANSWER,
  load: 'unknown',
  'load-answers': 'unknown',
  'load-silent': 'unknown',
};
const OURS: Meaning = {
  single: 'unknown',
  'single-answers': 'unknown',
  'single-silent': 'unknown',
  load: 'unknown',
  'load-answers': 'unknown',
  'load-silent': 'unknown',
  'third-party': 'unknown',
};

const OUR_NETWORK =
  'check the network of this machine, then run again; with target.control set, a dead target can be told from a dead network';
const THEIR_CERTIFICATE = `${OUR_NETWORK}; a network in between may have put its own certificate there`;

/** What every event means, everywhere: no other place may decide it. Portable: k6 reads it as well. */
export const EVENTS: Readonly<Record<EventId, EventRow>> = {
  refused: { words: 'connection refused', means: NO_ANSWER, remedy: OUR_NETWORK },
  reset: { words: 'connection reset', means: NO_ANSWER, remedy: OUR_NETWORK },
  unresolved: { words: 'host name not found', means: NO_ANSWER, remedy: OUR_NETWORK },
  timeout: { words: 'no answer in time', means: LATE, remedy: OUR_NETWORK },
  'host-unreachable': {
    words: 'not reachable',
    means: NO_WAY,
    remedy: 'check the route (VPN, firewall) from this machine to the host, and set target.control',
  },
  'not-http': { words: 'an answer that is not HTTP', means: NO_ANSWER, remedy: OUR_NETWORK },
  'tls-broken': { words: 'no secure connection', means: NO_ANSWER, remedy: THEIR_CERTIFICATE },
  'certificate-untrusted': {
    words: 'certificate not trusted',
    means: NO_ANSWER,
    remedy: `${THEIR_CERTIFICATE}; a CA of your own is named by NODE_EXTRA_CA_CERTS`,
  },
  'certificate-of-another-host': {
    words: 'certificate of another host',
    means: NO_ANSWER,
    remedy: THEIR_CERTIFICATE,
  },
  'certificate-expired': { words: 'certificate expired', means: NO_ANSWER, remedy: THEIR_CERTIFICATE },
  'certificate-not-yet-valid': {
    words: 'certificate not yet valid',
    means: NO_ANSWER,
    remedy: THEIR_CERTIFICATE,
  },
  'certificate-revoked': { words: 'certificate revoked', means: NO_ANSWER, remedy: THEIR_CERTIFICATE },
  'body-cut-short': {
    words: 'an answer that ends before its end',
    means: { ...WRONG_ANSWER, 'single-silent': 'unknown', 'load-silent': 'unknown' },
    remedy: OUR_NETWORK,
  },
  'body-undecodable': {
    words: 'a body that cannot be decoded as its headers say',
    means: WRONG_ANSWER,
    remedy: 'tell the third party; until then nothing can be read from it',
  },
  'redirect-loop': {
    words: 'redirects without an end',
    means: WRONG_ANSWER,
    remedy: 'tell the third party; until then nothing can be read from it',
  },
  'wrong-status': {
    words: 'another status than expected',
    means: WRONG_ANSWER,
    remedy: 'see what the third party says about itself, and run again',
  },
  'wrong-shape': {
    words: 'an answer of another shape than expected',
    means: WRONG_ANSWER,
    remedy: 'see what the third party has changed, and correct what the plan expects of it',
  },
  'not-let-in': {
    words: 'a request with credentials is refused (401, 403)',
    means: WRONG_ANSWER,
    remedy: 'renew the credentials for the third party',
  },
  'rate-limited-still': {
    words: 'still refused (429, 503) after waiting as told',
    means: LIMIT,
    remedy: 'let this machine through the rate limit, or ask less',
  },
  'rate-limited': {
    words: 'the rate of our requests is limited (429, 503)',
    means: OURS,
    remedy:
      'let this machine through the rate limit, ask less, or let the plan wait longer: rateLimit.waitMs',
  },
  'challenge-page': {
    words: 'a challenge or block page of a protection service',
    means: OURS,
    remedy: 'let this machine through: put its address on the allow list of the protection service',
  },
  'credentials-refused-by-both': {
    words: 'old refuses these credentials as well',
    means: OURS,
    remedy: "renew the credentials that the plan's headers name",
  },
  'client-certificate-wanted': {
    words: 'a certificate of the client is wanted',
    means: OURS,
    remedy: 'name an address of the target in the plan that asks for no certificate of the client',
  },
  'resolver-silent': {
    words: 'the resolver of this machine does not answer',
    means: OURS,
    remedy: 'repair name resolution on this machine (resolv.conf, DNS server), then run again',
  },
  'no-route': {
    words: 'this machine has no network, or no route to the host',
    means: OURS,
    remedy: 'repair the network of this machine (interface, route, VPN, IPv6), then run again',
  },
  'files-exhausted': {
    words: 'no file descriptors left on this machine (ulimit -n)',
    means: OURS,
    remedy: 'raise the limit of open files (ulimit -n), or run less at the same time',
  },
  'ports-exhausted': {
    words: 'no local ports left on this machine for new connections to the target',
    means: OURS,
    remedy: 'wait a minute, lower connections or rate, or use several machines',
  },
  'memory-exhausted': {
    words: 'no memory or buffers left on this machine for connections',
    means: OURS,
    remedy: 'free memory on this machine, or run less at the same time',
  },
  'own-sockets': {
    words: 'no file descriptors (ulimit -n), local ports, buffers or route left on this machine',
    means: OURS,
    remedy:
      'raise the limit of open files (ulimit -n), lower connections or rate, and check the route to the host',
  },
  'headers-too-large': {
    words: 'headers larger than our client reads (16 KiB)',
    means: OURS,
    remedy: "raise Node's limit: NODE_OPTIONS=--max-http-header-size=65536",
  },
  'body-too-large': {
    words: 'a body larger than is read (5 MiB)',
    means: OURS,
    remedy: 'ask for less: a page of the list, a smaller document',
  },
  'own-clock': {
    words: 'the clock of this machine is wrong, so it cannot judge certificates',
    means: OURS,
    remedy: 'set the clock of this machine (NTP), then run again',
  },
  'ca-unknown-to-browser': {
    words: 'Node trusts the certificate, and the browser does not know its CA',
    means: OURS,
    remedy:
      'add the CA to the trust store that the browser uses on this machine (NSS: certutil -d sql:$HOME/.pki/nssdb -A -t C)',
  },
  'ca-unknown-to-node': {
    words: 'the store of this machine trusts the certificate, and Node does not know its CA',
    means: OURS,
    remedy: 'name the CA to Node: NODE_EXTRA_CA_CERTS=<its PEM file>',
  },
  'own-proxy': {
    words: 'a proxy of ours refuses or fails',
    means: OURS,
    remedy: 'correct the proxy settings of this machine, or leave the target out of them (NO_PROXY)',
  },
  'captive-portal': {
    words: 'the network between asks for a log-in (511)',
    means: OURS,
    remedy: 'log in to the network of this machine, then run again',
  },
  'port-blocked': {
    words: 'a port that clients refuse to use',
    means: OURS,
    remedy: 'use another port in target.urls: browsers and Node never connect to this one',
  },
};

/** What an event means where it was met. */
export interface EventMeaning {
  readonly outcome: EventOutcome;
  readonly words: string;
  readonly remedy: string;
}

/** Looks the event up in the table. Pure and portable. */
export function meaningOf(event: EventId, asker: Asker, control: ControlAnswer): EventMeaning {
  const { means, words, remedy } = EVENTS[event];
  return { outcome: means[situationOf(asker, control)], words, remedy };
}

/** Whether an event is never the target's doing, in no situation. */
export function isOurs(event: EventId): boolean {
  return Object.values(EVENTS[event].means).every((outcome) => outcome === 'unknown');
}
