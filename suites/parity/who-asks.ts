import { readHeaders } from '../../contract/plan/headers.ts';
import type { Plan } from '../../contract/plan/plan.ts';
import type { Identity } from '../../contract/plan/probes/guards.ts';
import type { LogIn } from '../../contract/plan/probes/twin-request.ts';
import type { SecretString } from '../../contract/plan/secret.ts';
import { resolveSecret } from '../../safety/secrets.ts';
import type { Probed } from '../probe-finding.ts';
import type { TwinHeaders } from './ask-twins.ts';
import { logInOnBoth, type LogInTools } from './log-in.ts';

/**
 * The headers of whoever asks; those that are written in the plan win over those of the log-in.
 * @param name who, for people
 * @throws CannotTell where nobody can tell whether they may log in
 */
export async function headersOfWho(
  from: Pick<Identity, 'headers' | 'oldHeaders' | 'logIn'>,
  name: string,
  tools: LogInTools,
): Promise<TwinHeaders | { readonly refused: Probed }> {
  const written = writtenHeaders(from);
  if (from.logIn === undefined) return written;
  const got = await logInOnBoth(from.logIn, name, tools);
  if ('refused' in got) return got;
  return { new: { ...got.new, ...written.new }, old: { ...got.old, ...written.old } };
}

/** The headers that the plan itself names, with their secrets read. */
export function writtenHeaders(from: {
  readonly headers: Readonly<Record<string, SecretString>>;
  readonly oldHeaders?: Readonly<Record<string, SecretString>> | undefined;
}): TwinHeaders {
  return {
    new: readHeaders(from.headers, resolveSecret),
    old: readHeaders(from.oldHeaders ?? from.headers, resolveSecret),
  };
}

/** How many answers a log-in waits for at most, on both systems. */
export function answersOfLogIn(plan: Plan, logIn: LogIn | undefined): number {
  return 2 * (plan.flows.find(({ id }) => id === logIn?.flow)?.steps.length ?? 0);
}
