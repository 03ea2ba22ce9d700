import type { EventId } from './table.ts';

/** Codes of the system, of Node, of its HTTP client and of its TLS, which they put into `code` or the message. */
const NODE_CODES: Readonly<Record<string, EventId>> = {
  ECONNREFUSED: 'refused',
  ECONNRESET: 'reset',
  ECONNABORTED: 'reset',
  EPIPE: 'reset',
  UND_ERR_SOCKET: 'reset',
  UND_ERR_CLOSED: 'reset',
  UND_ERR_DESTROYED: 'reset',
  ENOTFOUND: 'unresolved',
  ENODATA: 'unresolved',
  EAI_NONAME: 'unresolved',
  EAI_NODATA: 'unresolved',
  EAI_AGAIN: 'resolver-silent',
  EAI_FAIL: 'resolver-silent',
  ESERVFAIL: 'resolver-silent',
  ETIMEOUT: 'resolver-silent',
  ETIMEDOUT: 'timeout',
  UND_ERR_CONNECT_TIMEOUT: 'timeout',
  UND_ERR_HEADERS_TIMEOUT: 'timeout',
  UND_ERR_BODY_TIMEOUT: 'timeout',
  EHOSTUNREACH: 'host-unreachable',
  EHOSTDOWN: 'host-unreachable',
  ENETUNREACH: 'no-route',
  ENETDOWN: 'no-route',
  ENETRESET: 'no-route',
  ENONET: 'no-route',
  EAFNOSUPPORT: 'no-route',
  EMFILE: 'files-exhausted',
  ENFILE: 'files-exhausted',
  EADDRNOTAVAIL: 'ports-exhausted',
  EADDRINUSE: 'ports-exhausted',
  ENOBUFS: 'memory-exhausted',
  ENOMEM: 'memory-exhausted',
  HPE_HEADER_OVERFLOW: 'headers-too-large',
  UND_ERR_HEADERS_OVERFLOW: 'headers-too-large',
  UND_ERR_RES_CONTENT_LENGTH_MISMATCH: 'body-cut-short',
  HPE_INVALID_EOF_STATE: 'body-cut-short',
  HPE_CLOSED_CONNECTION: 'body-cut-short',
  // Of a body that grows without an end when it is decompressed.
  ERR_BUFFER_TOO_LARGE: 'body-too-large',
  Z_DATA_ERROR: 'body-undecodable',
  Z_BUF_ERROR: 'body-undecodable',
  Z_NEED_DICT: 'body-undecodable',
  Z_STREAM_ERROR: 'body-undecodable',
  ERR_ZSTD_DECOMPRESSION_FAILED: 'body-undecodable',
  ERR_BROTLI_DECOMPRESSION_FAILED: 'body-undecodable',
  CERT_HAS_EXPIRED: 'certificate-expired',
  CERT_NOT_YET_VALID: 'certificate-not-yet-valid',
  CERT_REVOKED: 'certificate-revoked',
  ERR_TLS_CERT_ALTNAME_INVALID: 'certificate-of-another-host',
  HOSTNAME_MISMATCH: 'certificate-of-another-host',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'certificate-untrusted',
  SELF_SIGNED_CERT_IN_CHAIN: 'certificate-untrusted',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'certificate-untrusted',
  UNABLE_TO_GET_ISSUER_CERT: 'certificate-untrusted',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'certificate-untrusted',
  CERT_UNTRUSTED: 'certificate-untrusted',
  CERT_REJECTED: 'certificate-untrusted',
  CERT_CHAIN_TOO_LONG: 'certificate-untrusted',
  CERT_SIGNATURE_FAILURE: 'certificate-untrusted',
  INVALID_CA: 'certificate-untrusted',
  INVALID_PURPOSE: 'certificate-untrusted',
  EPROTO: 'tls-broken',
};

/** What Chromium says (`net::ERR_...`). */
const BROWSER_CODES: Readonly<Record<string, EventId>> = {
  ERR_CONNECTION_REFUSED: 'refused',
  ERR_CONNECTION_RESET: 'reset',
  ERR_CONNECTION_CLOSED: 'reset',
  ERR_CONNECTION_ABORTED: 'reset',
  ERR_CONNECTION_FAILED: 'reset',
  ERR_EMPTY_RESPONSE: 'reset',
  ERR_SOCKET_NOT_CONNECTED: 'reset',
  ERR_NAME_NOT_RESOLVED: 'unresolved',
  ERR_NAME_RESOLUTION_FAILED: 'resolver-silent',
  ERR_DNS_TIMED_OUT: 'resolver-silent',
  ERR_DNS_SERVER_FAILED: 'resolver-silent',
  ERR_TIMED_OUT: 'timeout',
  ERR_CONNECTION_TIMED_OUT: 'timeout',
  // It says the same of EHOSTUNREACH and ENETUNREACH.
  ERR_ADDRESS_UNREACHABLE: 'host-unreachable',
  ERR_INTERNET_DISCONNECTED: 'no-route',
  ERR_NETWORK_CHANGED: 'no-route',
  ERR_NETWORK_IO_SUSPENDED: 'no-route',
  ERR_INSUFFICIENT_RESOURCES: 'memory-exhausted',
  ERR_NO_BUFFER_SPACE: 'memory-exhausted',
  ERR_RESPONSE_HEADERS_TOO_BIG: 'headers-too-large',
  ERR_CONTENT_LENGTH_MISMATCH: 'body-cut-short',
  ERR_INCOMPLETE_CHUNKED_ENCODING: 'body-cut-short',
  ERR_INVALID_CHUNKED_ENCODING: 'body-undecodable',
  ERR_CONTENT_DECODING_FAILED: 'body-undecodable',
  ERR_CONTENT_DECODING_INIT_FAILED: 'body-undecodable',
  ERR_TOO_MANY_REDIRECTS: 'redirect-loop',
  ERR_INVALID_HTTP_RESPONSE: 'not-http',
  ERR_INVALID_RESPONSE: 'not-http',
  ERR_HTTP2_PROTOCOL_ERROR: 'not-http',
  ERR_QUIC_PROTOCOL_ERROR: 'not-http',
  ERR_HTTP2_PING_FAILED: 'reset',
  ERR_RESPONSE_HEADERS_MULTIPLE_CONTENT_LENGTH: 'not-http',
  ERR_RESPONSE_HEADERS_MULTIPLE_LOCATION: 'not-http',
  ERR_CERT_AUTHORITY_INVALID: 'certificate-untrusted',
  ERR_CERT_INVALID: 'certificate-untrusted',
  ERR_CERT_WEAK_SIGNATURE_ALGORITHM: 'certificate-untrusted',
  ERR_CERT_COMMON_NAME_INVALID: 'certificate-of-another-host',
  // Expired or not yet valid: it says the same of both.
  ERR_CERT_DATE_INVALID: 'certificate-expired',
  ERR_CERT_REVOKED: 'certificate-revoked',
  ERR_SSL_CLIENT_AUTH_CERT_NEEDED: 'client-certificate-wanted',
  ERR_BAD_SSL_CLIENT_AUTH_CERT: 'client-certificate-wanted',
  ERR_PROXY_CONNECTION_FAILED: 'own-proxy',
  ERR_TUNNEL_CONNECTION_FAILED: 'own-proxy',
  ERR_PROXY_AUTH_UNSUPPORTED: 'own-proxy',
  ERR_PROXY_AUTH_REQUESTED: 'own-proxy',
  ERR_PROXY_CERTIFICATE_INVALID: 'own-proxy',
  ERR_MANDATORY_PROXY_CONFIGURATION_FAILED: 'own-proxy',
  ERR_SOCKS_CONNECTION_FAILED: 'own-proxy',
  ERR_UNSAFE_PORT: 'port-blocked',
};

/** What clients say in words only; the first that is found counts. */
const WORDS: readonly (readonly [RegExp, EventId])[] = [
  [
    /\b(?:TLSV1(?:\.?3)?_ALERT_CERTIFICATE_REQUIRED|ALERT_CERTIFICATE_REQUIRED)\b|alert certificate required/i,
    'client-certificate-wanted',
  ],
  [/\bbad port\b/i, 'port-blocked'],
  [/\bHeader overflow\b|\bheaders overflow\b/i, 'headers-too-large'],
  [
    /self[- ]signed certificate|unable to (?:verify the first|get local issuer) certificate/i,
    'certificate-untrusted',
  ],
  [/certificate has expired/i, 'certificate-expired'],
  [/certificate is not yet valid/i, 'certificate-not-yet-valid'],
  [/does not match certificate's altnames|IP: \S+ is not in the cert's list/i, 'certificate-of-another-host'],
  [
    /failed to decompress|incorrect header check|invalid (?:stored block|distance|code lengths|block type|bit length)|incorrect data check|unexpected end of file|Decompression failed/i,
    'body-undecodable',
  ],
  // Playwright's word for a connection that was cut in the middle of a body.
  [/\bapiRequestContext\.\w+: aborted\b/i, 'body-cut-short'],
  [/socket hang up|\bother side closed\b/i, 'reset'],
  [/\bERR_(?:SSL|TLS)_|SSL routines/, 'tls-broken'],
  // Something listens there, and it does not speak HTTP.
  [/\bHPE_[A-Z_]+\b|\bParse Error\b/, 'not-http'],
  [/\bERR__ERROR_\w+|\bERR_BROTLI_\w+|\bERR_ZSTD_\w+/, 'body-undecodable'],
];

const ALL_CODES: Readonly<Record<string, EventId>> = { ...NODE_CODES, ...BROWSER_CODES };

/**
 * Finds the event in the text of an error. Playwright and other clients put the system's code into the message and
 * nowhere else. Give it the first line only: the call logs below quote addresses and headers.
 * @returns undefined when the text names no event of the table: then it says nothing about the target
 */
export function eventOfText(text: string): EventId | undefined {
  const named = (text.match(/\b[A-Z][A-Z\d]*(?:_[A-Z\d]+)+\b|\bE[A-Z]{3,}\b/g) ?? [])
    .map((word) => eventOfCode(word))
    .filter((event) => event !== undefined);
  // Of several addresses of one host, one that we have no route to says less than one that refused.
  return (
    named.find((event) => event !== 'no-route') ??
    named[0] ??
    WORDS.find(([pattern]) => pattern.test(text))?.[1]
  );
}

/** Of a code alone, such as that of a socket's error. */
export function eventOfCode(code: string): EventId | undefined {
  return Object.hasOwn(ALL_CODES, code) ? ALL_CODES[code] : undefined;
}
