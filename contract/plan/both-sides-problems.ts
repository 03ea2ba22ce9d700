import type { Problem } from '../errors.ts';
import { createsData, type Flow, unportableSteps } from '../flow/flow.ts';
import { list, type Loose, object } from '../flow/loose.ts';
import type { LogIn } from './probes/twin-request.ts';

/** A log-in that cannot be made on both systems. @param path where the plan has it */
export function logInProblems(plan: Loose, logIn: Pick<LogIn, 'flow'> | undefined, path: string): Problem[] {
  if (logIn === undefined) return [];
  const flow = (list(plan['flows']) as Flow[]).find((one) => one.id === logIn.flow);
  const problem =
    flow === undefined
      ? 'the plan has no such flow'
      : unportableSteps(flow).length > 0
        ? 'this flow has steps that are no single requests, and cannot be made on both systems'
        : createsData(flow)
          ? 'this flow creates data, and nothing is created on the old system'
          : undefined;
  if (problem === undefined) return [];
  const remedy = 'name a flow of requests that logs in an account which both systems have';
  return [{ path: `${path}.flow`, value: logIn.flow, problem, remedy }];
}

/** Endpoints of which old has no address, or the one of new. */
export function addressProblems(plan: Loose, endpoints: readonly string[]): Problem[] {
  const target = object(plan['target']);
  const oldUrls = object(object(target['old'])['urls']);
  return [...new Set(endpoints)].flatMap((endpoint) => {
    const old = oldUrls[endpoint];
    if (old === undefined) {
      return [
        {
          path: 'target.old.urls',
          value: 'nothing',
          problem: `old and new are compared, but the old address of "${endpoint}" is not named`,
          remedy: `add target.old.urls.${endpoint}`,
        },
      ];
    }
    if (typeof old !== 'string' || !sameAddress(old, object(target['urls'])[endpoint])) return [];
    return [
      {
        path: `target.old.urls.${endpoint}`,
        value: old,
        problem: 'old and new have the same address, so a system would be compared with itself',
        remedy: 'give the address under which the old system can still be reached',
      },
    ];
  });
}

function sameAddress(one: string, other: unknown): boolean {
  if (typeof other !== 'string') return false;
  return URL.canParse(one) && URL.canParse(other) && new URL(one).href === new URL(other).href;
}
