import type { ResponseView } from '../../contract/flow/http.ts';
import { writeJson } from '../../contract/flow/exact-json.ts';
import { REDIRECTS } from '../probes/follow-redirects.ts';

/** How refusals look, by the plan. */
export interface RefusalMarks {
  readonly refusedWith: readonly number[];
  readonly logInAt: RegExp;
  readonly logInPage: RegExp;
}

/**
 * What became of somebody who asked: `sent-on` is a redirect of which nobody knows where it ends, `odd` a refusal for another
 * reason, such as a request that is not as it should be: whoever asks better may be let in.
 */
export type Reception = 'refused' | 'to-log-in' | 'let-in' | 'not-there' | 'sent-on' | 'broken' | 'odd';

/** Statuses of an address behind which nothing is. */
export const NOT_THERE: readonly number[] = [404, 405, 410];

/** How an answer receives whoever asked. */
export function receptionOf(answer: ResponseView, url: string, marks: RefusalMarks): Reception {
  const { status } = answer;
  if (marks.refusedWith.includes(status)) return 'refused';
  if (REDIRECTS.includes(status)) return leadsToLogIn(answer, url, marks) ? 'to-log-in' : 'sent-on';
  if (status >= 200 && status < 300) return marks.logInPage.test(textOf(answer)) ? 'to-log-in' : 'let-in';
  if (NOT_THERE.includes(status)) return 'not-there';
  return status >= 500 ? 'broken' : 'odd';
}

/** Whether that is what should become of those who are not let in. */
export function isRefusal(reception: Reception): boolean {
  return reception === 'refused' || reception === 'to-log-in';
}

/** Whether a redirect leads to the log-in. */
export function leadsToLogIn({ headers }: ResponseView, url: string, marks: RefusalMarks): boolean {
  const location = headers['location'];
  return location !== undefined && URL.canParse(location, url) && isLogIn(new URL(location, url), marks);
}

/** The query is not looked at: it most often holds the address that was asked for. */
export function isLogIn({ host, pathname }: URL, { logInAt }: RefusalMarks): boolean {
  return logInAt.test(host + pathname);
}

/** The body as it came, or as good as. */
export function textOf({ text, body }: ResponseView): string {
  if (text !== undefined) return text;
  return typeof body === 'string' ? body : (writeJson(body) ?? '');
}
