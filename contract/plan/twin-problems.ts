import type { Problem } from '../errors.ts';
import { createsData, type Flow, unportableSteps } from '../flow/flow.ts';
import { hostProblems } from './host-problems.ts';
import { comparisonBeyondCaps, LoadComparison } from '../load/load-comparison.ts';
import { LoadCaps } from '../load/load-profile.ts';
import { list, type Loose, object } from '../flow/loose.ts';
import { Probe } from './probe.ts';

/** What is wrong with the parts of a plan that ask old and new the same. */
export function twinProblems(plan: Loose): Problem[] {
  return [...comparisonProblems(plan), ...probeProblems(plan)];
}

function comparisonProblems(plan: Loose): Problem[] {
  return list(object(plan['load'])['comparisons']).flatMap((raw, index) => {
    const path = `load.comparisons[${index}]`;
    const parsed = LoadComparison.safeParse(raw);
    const caps = LoadCaps.safeParse(object(plan['load'])['caps'] ?? {});
    const what = `the comparison "${String(object(raw)['id'])}" makes load`;
    const oldSide = { ...plan, target: object(object(plan['target'])['old']) };
    const endpoints = parsed.success ? parsed.data.requests.map(({ endpoint }) => endpoint) : [];
    return [
      ...hostProblems(plan, 'load', path, what),
      ...hostProblems(oldSide, 'load', path, what),
      ...addressProblems(plan, endpoints),
      ...(parsed.success && caps.success ? comparisonBeyondCaps(parsed.data, caps.data) : []).map(
        (excess) => ({
          path,
          value: excess,
          problem: `${what}, and more than the plan allows at all`,
          remedy: 'lower it, or raise load.caps deliberately',
        }),
      ),
    ];
  });
}

function probeProblems(plan: Loose): Problem[] {
  const endpoints = list(plan['probes']).flatMap((raw) => {
    const parsed = Probe.safeParse(raw);
    if (!parsed.success) return [];
    return parsed.data.kind === 'parity' || parsed.data.kind === 'guards' ? [parsed.data.endpoint] : [];
  });
  return [...addressProblems(plan, endpoints), ...logInProblems(plan)];
}

/** Log-ins that cannot be made on both systems. */
function logInProblems(plan: Loose): Problem[] {
  const flows = list(plan['flows']) as Flow[];
  return list(plan['probes']).flatMap((raw, index) => {
    const parsed = Probe.safeParse(raw);
    if (!parsed.success) return [];
    const probe = parsed.data;
    const logIns =
      probe.kind === 'parity'
        ? [{ path: `probes[${index}].logIn`, logIn: probe.logIn }]
        : probe.kind === 'guards'
          ? probe.identities.map(({ logIn }, at) => ({
              path: `probes[${index}].identities[${at}].logIn`,
              logIn,
            }))
          : [];
    return logIns.flatMap(({ path, logIn }) => {
      if (logIn === undefined) return [];
      const flow = flows.find((one) => one.id === logIn.flow);
      const problem =
        flow === undefined
          ? 'the plan has no such flow'
          : unportableSteps(flow).length > 0
            ? 'this flow has steps that are no requests, and cannot be made on both systems'
            : createsData(flow)
              ? 'this flow creates data, and nothing is created on the old system'
              : undefined;
      if (problem === undefined) return [];
      const remedy = 'name a flow of requests that logs in an account which both systems have';
      return [{ path: `${path}.flow`, value: logIn.flow, problem, remedy }];
    });
  });
}

/** Endpoints of which old has no address, or the one of new. */
function addressProblems(plan: Loose, endpoints: readonly string[]): Problem[] {
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
