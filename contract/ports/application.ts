import type { ResponseView, WireRequest } from '../http.ts';

/** Sends one request to the target. Redirects are not followed: a redirect is an answer. */
export interface ApplicationPort {
  /**
   * @param budgetMs the target must have answered by then
   * @throws TargetUnreachable when the target refused, reset, could not be resolved or trusted, or did not answer in time
   */
  send(request: WireRequest, budgetMs: number): Promise<ResponseView>;
}

/** Why no HTTP answer came. `unknown` is for errors that say nothing about the target. */
export type UnreachableReason = 'refused' | 'reset' | 'unresolved' | 'untrusted' | 'timeout' | 'unreachable';

/** The target gave no HTTP answer. Whether that is `fail` or `unknown` depends on the control address. */
export class TargetUnreachable extends Error {
  override readonly name = 'TargetUnreachable';
  readonly reason: UnreachableReason;
  constructor(reason: UnreachableReason, message: string, options?: ErrorOptions) {
    super(message, options);
    this.reason = reason;
  }
}

const REASON_OF_CODE: Readonly<Record<string, UnreachableReason>> = {
  ECONNREFUSED: 'refused',
  ECONNRESET: 'reset',
  EPIPE: 'reset',
  ENOTFOUND: 'unresolved',
  EAI_AGAIN: 'unresolved',
  ETIMEDOUT: 'timeout',
  EHOSTUNREACH: 'unreachable',
  ENETUNREACH: 'unreachable',
  CERT_HAS_EXPIRED: 'untrusted',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'untrusted',
  SELF_SIGNED_CERT_IN_CHAIN: 'untrusted',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'untrusted',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'untrusted',
  ERR_TLS_CERT_ALTNAME_INVALID: 'untrusted',
  // What Chromium says for the same things (`net::ERR_...`).
  ERR_CONNECTION_REFUSED: 'refused',
  ERR_CONNECTION_RESET: 'reset',
  ERR_CONNECTION_CLOSED: 'reset',
  ERR_EMPTY_RESPONSE: 'reset',
  ERR_NAME_NOT_RESOLVED: 'unresolved',
  ERR_TIMED_OUT: 'timeout',
  ERR_CONNECTION_TIMED_OUT: 'timeout',
  ERR_ADDRESS_UNREACHABLE: 'unreachable',
  ERR_INTERNET_DISCONNECTED: 'unreachable',
  ERR_CERT_AUTHORITY_INVALID: 'untrusted',
  ERR_CERT_COMMON_NAME_INVALID: 'untrusted',
  ERR_CERT_DATE_INVALID: 'untrusted',
};

/**
 * Finds a connection failure in the text of an error. Playwright and other clients put the system code into the
 * message and nowhere else.
 * @returns undefined when the text names no connection failure
 */
export function unreachableReason(text: string): UnreachableReason | undefined {
  for (const [code, reason] of Object.entries(REASON_OF_CODE)) {
    if (new RegExp(`\\b${code}\\b`).test(text)) return reason;
  }
  // Playwright's word for a connection that was cut in the middle of a body.
  if (/socket hang up|\bapiRequestContext\.\w+: aborted\b/i.test(text)) return 'reset';
  if (
    /self[- ]signed certificate|certificate has expired|unable to verify the first certificate/i.test(text)
  ) {
    return 'untrusted';
  }
  return undefined;
}
