import type { IncomingHttpHeaders } from 'node:http';
import { GreenlightError } from '../../../contract/errors.ts';
import { hostOf, isLoopback } from '../../../contract/plan/loopback.ts';
import type { AzureCheck } from './azure-pipelines.ts';

const GUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
/** Headers become parts of an address: whatever is not exactly an id would lead somewhere else. */
const SHAPES = {
  projectid: GUID,
  hubname: /^[A-Za-z]{1,40}$/,
  planid: GUID,
  jobid: GUID,
  taskinstanceid: GUID,
  authtoken: /^[\x21-\x7e]{1,8000}$/,
} as const;

/**
 * Reads the headers that Azure DevOps sends with a check whose completion event is "Callback".
 * @param allowed addresses of organizations that may be called back, as `parseAzureUrl` gives them: the answer goes to
 *   an address out of the request, and a caller must not choose it freely
 * @returns what is wrong as one line without any value
 */
export function azureCheckOf(
  headers: IncomingHttpHeaders,
  allowed: readonly string[],
): AzureCheck | { readonly problem: string } {
  const of = (name: string): string => headers[name]?.toString() ?? '';
  const wrong = Object.entries(SHAPES).find(([name, shape]) => !shape.test(of(name)));
  if (wrong !== undefined) return { problem: `the header ${wrong[0]} is missing or not right` };
  const timelineId = headers['timelineid']?.toString();
  if (timelineId !== undefined && !GUID.test(timelineId))
    return { problem: 'the header timelineid is not right' };
  const planUrl = normal(of('planurl'));
  if (planUrl === undefined || !allowed.includes(planUrl)) {
    return { problem: 'the header planurl is none of the addresses that this gate may call back' };
  }
  return {
    planUrl,
    projectId: of('projectid'),
    hubName: of('hubname'),
    planId: of('planid'),
    jobId: of('jobid'),
    taskInstanceId: of('taskinstanceid'),
    timelineId,
    authToken: of('authtoken'),
  };
}

/** An organization's address as it is compared. @throws GreenlightError ADDRESS_INVALID */
export function parseAzureUrl(url: string): string {
  const parsed = normal(url);
  if (parsed !== undefined) return parsed;
  throw new GreenlightError(
    'ADDRESS_INVALID',
    `--azure ${url} is not an https address of Azure DevOps, such as https://dev.azure.com/your-organization/`,
  );
}

function normal(url: string): string | undefined {
  const host = hostOf(url);
  if (host === undefined) return undefined;
  const { protocol, username, password, search, hash, origin, pathname } = new URL(url);
  // In the clear, Azure's token could be read on the way.
  const secure = protocol === 'https:' || (protocol === 'http:' && isLoopback(host));
  if (!secure || username !== '' || password !== '' || search !== '' || hash !== '') return undefined;
  return `${origin}${pathname}`.replace(/\/+$/, '').toLowerCase();
}
