import type { ResponseView } from '../../contract/flow/http.ts';
import { isLogIn, type Reception, receptionOf, type RefusalMarks } from './refusal.ts';
import { isBelow } from './where-it-leads.ts';

/** An answer, and the way to it. */
export interface Came extends ResponseView {
  /** Where it came from: a redirect within the site may have led there. */
  readonly at: string;
  /** A redirect led there, to another place. */
  readonly wasSentOn: boolean;
  /** The way led to the log-in, whatever came there. */
  readonly byLogIn: boolean;
}

/** How what came at the end of redirects within the site receives whoever asked for `url`. */
export function receptionAtEnd(came: Came, url: string, marks: RefusalMarks): Reception {
  const end = receptionOf(came, came.at, marks);
  if (end === 'refused' || end === 'to-log-in' || !came.wasSentOn) return end;
  if (end !== 'let-in') return came.byLogIn ? 'to-log-in' : 'sent-on';
  if (isLogIn(new URL(came.at), marks)) return 'to-log-in';
  // Another page of the site is open to everybody, or is not: nobody says that it is the one that was asked for.
  return isBelow(url, came.at) ? 'let-in' : 'sent-on';
}
