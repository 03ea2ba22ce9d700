import type { Page, Response } from '@playwright/test';
import { eventOfAnswer } from '../../contract/events/answers.ts';
import { eventOfText } from '../../contract/events/codes.ts';
import { equal, type Statement } from '../../contract/flow/statement.ts';
import { TargetUnreachable } from '../../contract/ports/application.ts';
import { CannotTell, firstLine } from '../cannot-tell.ts';
import { noAnswerStatement } from '../no-answer.ts';
import type { ProbeTools } from '../probe-finding.ts';

/**
 * Opens the page of an address, as a visitor does, until its document has begun to come.
 * @param thirdParty its name, where it is no address of the target
 * @returns the statement that does not hold, where it is not there
 * @throws CannotTell where what came says nothing about it
 */
export async function openPage(
  page: Page,
  url: string,
  budgetMs: number,
  { control, urls }: Pick<ProbeTools, 'control' | 'urls'>,
  thirdParty: string | undefined,
): Promise<Statement | undefined> {
  const path = new URL(url).pathname;
  let response: Response | null;
  try {
    response = await page.goto(url, { waitUntil: 'commit', timeout: budgetMs });
  } catch (error) {
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
  const status = response.status();
  // Of a page that is well the body is not waited for: a challenge is told by its status or its headers.
  const body = status === 200 ? '' : await response.text().catch(() => '');
  const instead = eventOfAnswer({ status, headers: response.headers(), body });
  if (instead !== undefined) {
    const met = new TargetUnreachable(instead.event, instead.detail, { by: 'browser', url });
    return noAnswerStatement(met, `page ${path}`, budgetMs, control, thirdParty);
  }
  const ours = Object.values(urls).map((one) => new URL(one).host);
  const came = new URL(response.url()).host;
  if (!ours.includes(came))
    throw new CannotTell('led-elsewhere', `the page ${path} leads to ${came}, which is none of the target`, {
      remedy: 'name a path that leads nowhere else, or the address that it leads to in target.urls',
    });
  const statement = equal(`status of ${path}`, status, 200);
  return statement.ok ? undefined : statement;
}
