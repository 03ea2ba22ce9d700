import type { Page, Response } from '@playwright/test';
import { eventOfAnswer } from '../../contract/events/answers.ts';
import { eventOfText } from '../../contract/events/codes.ts';
import { equal, type Statement } from '../../contract/flow/statement.ts';
import { TargetUnreachable } from '../../contract/ports/application.ts';
import { CannotTell, firstLine } from '../cannot-tell.ts';
import { noAnswerStatement } from '../no-answer.ts';
import type { ProbeTools } from '../probe-finding.ts';
import { isOfAsked } from './is-of-asked.ts';

/**
 * Opens the page of an address, as a visitor does, until its document has begun to come.
 * @param endpoint the name of the address, of the target or of a third party
 * @returns the statement that does not hold, where it is not there
 * @throws CannotTell where what came says nothing about it
 */
export async function openPage(
  page: Page,
  url: string,
  budgetMs: number,
  tools: Pick<ProbeTools, 'control' | 'urls' | 'thirdParties'>,
  endpoint: string,
): Promise<Statement | undefined> {
  const { control } = tools;
  const thirdParty = tools.thirdParties?.has(endpoint) === true ? endpoint : undefined;
  const path = new URL(url).pathname;
  let at = url;
  page.on('request', (request) => {
    if (request.isNavigationRequest() && request.frame() === page.mainFrame()) at = request.url();
  });
  let response: Response | null;
  try {
    response = await page.goto(url, { waitUntil: 'commit', timeout: budgetMs });
  } catch (error) {
    // Whoever it leads to may be away, and that is not the fault of the one that leads there.
    refuseElsewhere(path, at, endpoint, tools);
    const line = firstLine(error);
    const late = error instanceof Error && error.name === 'TimeoutError';
    const event = late ? 'timeout' : eventOfText(line);
    if (event === undefined)
      throw new CannotTell('browser-crashed', `the page ${path} could not be opened: ${line}`, {
        cause: error,
      });
    const met = new TargetUnreachable(event, line, { cause: error, by: 'browser', url });
    return noAnswerStatement(met, `page ${path}`, budgetMs, control, thirdParty);
  }
  if (response === null)
    throw new CannotTell('no-document', `the page ${path} came without a document`, {
      remedy: 'name another path',
    });
  refuseElsewhere(path, response.url(), endpoint, tools);
  const status = response.status();
  // Of a page that is well the body is not waited for: a challenge is told by its status or its headers.
  const body = status === 200 ? '' : await response.text().catch(() => '');
  const instead = eventOfAnswer({ status, headers: response.headers(), body });
  if (instead !== undefined) {
    const met = new TargetUnreachable(instead.event, instead.detail, { by: 'browser', url });
    return noAnswerStatement(met, `page ${path}`, budgetMs, control, thirdParty);
  }
  const statement = equal(`status of ${path}`, status, 200);
  return statement.ok ? undefined : statement;
}

/** @throws CannotTell where the page is that of another one than was asked */
export function refuseElsewhere(
  path: string,
  url: string,
  endpoint: string,
  tools: Pick<ProbeTools, 'urls' | 'thirdParties'>,
): void {
  if (isOfAsked(url, endpoint, tools)) return;
  const came = URL.canParse(url) ? new URL(url).host : url;
  throw new CannotTell('led-elsewhere', `the page ${path} leads to ${came}, which is none of the target`, {
    remedy: 'name a path that leads nowhere else, or the address that it leads to in target.urls',
  });
}
