import { eventOfText } from '../../contract/events/codes.ts';
import { EVENTS, type EventId } from '../../contract/events/table.ts';

/**
 * Events that keep a program from asking. Whose fault they are nobody can say here: what the program connects to may be
 * the target, a server of the cloud, or the way to either. What a machine cannot decide must not roll back.
 */
const NO_WAY_THERE: ReadonlySet<EventId> = new Set<EventId>([
  'refused',
  'reset',
  'unresolved',
  'timeout',
  'host-unreachable',
  'no-route',
  'resolver-silent',
  'files-exhausted',
  'ports-exhausted',
  'memory-exhausted',
  'own-proxy',
  // A proxy that inspects, a CA of the house: nobody can say here whose certificate it was.
  'certificate-untrusted',
  'certificate-of-another-host',
  'certificate-expired',
  'certificate-not-yet-valid',
  'certificate-revoked',
  'client-certificate-wanted',
  'tls-broken',
]);

const REACH = 'let this machine reach what the program asks, and run it by hand to see that it does';

/** What programs say in words of their own, when they could not ask. */
const WORDS: readonly { readonly says: RegExp; readonly remedy: string }[] = [
  {
    says: /unable to connect to the server|connection to the server \S+ was refused|cannot connect to the docker daemon|server misbehaving|context deadline exceeded|no space left on device|\b(?:ServiceUnavailable|TooManyRequests|Throttling(?:Exception)?)\b|rate limit exceeded|connection (?:refused|timed out|reset)|could ?n[o']t (?:resolve host|connect to)|could not connect|failed to connect to|no such host|name or service not known|temporary failure in name resolution|network is unreachable|no route to host|i\/o timeout|TLS handshake timeout/i,
    remedy: REACH,
  },
  {
    says: /you must be logged in to the server|the server has asked for the client to provide credentials|password authentication failed|bad credentials|HTTP (?:Error )?401|Error from server \(Forbidden\)|unable to locate credentials|\bExpiredToken|InvalidClientTokenId|AuthFailure|\bAccessDenied|UnauthorizedOperation|AuthorizationFailed|\baz login\b|\bAADSTS\d+|aws sso login|gcloud auth login/i,
    remedy:
      'give the program credentials that are valid and may read what it asks for, by `env` of the check',
  },
  {
    says: /\bcommand not found\b|\bMODULE_NOT_FOUND\b|\bERR_MODULE_NOT_FOUND\b|ModuleNotFoundError|\bMissing script:|could not determine executable to run/i,
    remedy: 'install what the program needs on this machine',
  },
];

/** The line in which a program says that it could not ask, and what to do; undefined where none does. */
export function couldNotAsk(
  lines: readonly string[],
): { readonly line: string; readonly remedy: string } | undefined {
  for (const line of lines) {
    const word = WORDS.find(({ says }) => says.test(line));
    if (word !== undefined) return { line, remedy: word.remedy };
    const event = eventOfText(line);
    if (event !== undefined && NO_WAY_THERE.has(event)) return { line, remedy: EVENTS[event].remedy };
  }
  return undefined;
}
