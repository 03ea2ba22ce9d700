import { readHeaders } from '../../contract/plan/headers.ts';
import type { Visitor } from '../../contract/plan/probes/open.ts';
import { resolveSecret } from '../../safety/secrets.ts';
import { CannotTell } from '../cannot-tell.ts';
import { logInOn, type LogInTools } from '../parity/log-in.ts';

/** Somebody who is let in: what goes with each of their requests, and what their log-in captured. */
export interface LetIn {
  readonly headers: Readonly<Record<string, string>>;
  readonly captured: Readonly<Record<string, unknown>>;
}

/** Lets a visitor in. @throws CannotTell where that does not work: whether it should is for the flow itself to say */
export async function letIn(visitor: Visitor, tools: LogInTools): Promise<LetIn> {
  const written = readHeaders(visitor.headers, resolveSecret);
  if (visitor.logIn === undefined) return { headers: written, captured: {} };
  const { finding, headers, captured } = await logInOn('new', { flow: visitor.logIn }, tools);
  if (finding.outcome === 'pass') return { headers: { ...headers, ...written }, captured };
  throw new CannotTell('log-in-fails', `"${visitor.name}" cannot log in: ${finding.summary}`, {
    remedy: `correct the flow "${visitor.logIn}" or the account that it uses`,
  });
}

/** Puts what a log-in captured into a text: `/orders/{orderId}`. @throws CannotTell where it captured no such thing */
export function fillIn(text: string, { captured }: LetIn, owner: string): string {
  return text.replaceAll(/\{(\w+)\}/g, (_whole, name: string) => {
    const value = captured[name];
    // Nothing stands in every answer: it is no marker, and no way to what belongs to somebody.
    if ((typeof value === 'string' && value !== '') || typeof value === 'number' || typeof value === 'bigint')
      return String(value);
    throw new CannotTell(
      'nothing-captured',
      `the log-in of "${owner}" captured no text or number "${name}"`,
      {
        remedy: `capture it in the flow of "${owner}": capture: ({ body }) => ({ ${name}: body.id })`,
      },
    );
  });
}
