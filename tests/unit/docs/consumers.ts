/** What came back over HTTP, or that nothing did. */
export type Heard = { readonly status: number; readonly body: string } | 'nothing';

/** What a consumer does. `passes` moves traffic on, `takes back` moves it back. */
export type Does = 'passes' | 'takes back' | 'stays' | 'waits' | 'asks again' | 'stops';

/** One HTTP consumer as its documentation and source describe it; nothing of it is our wish. */
export interface Consumer {
  readonly name: string;
  readonly route: string;
  readonly method: 'GET' | 'POST';
  readonly means: Partial<Record<Does, string>>;
  does(heard: Heard): Does;
}

/** Flagger takes 200, 201 and 202 for a yes, and never looks at the body. */
const flaggerYes = (heard: Heard): boolean =>
  heard !== 'nothing' && heard.status >= 200 && heard.status <= 202;

function flagger(hook: string, yes: Does, no: Does, means: Consumer['means']): Consumer {
  return {
    name: `Flagger \`${hook}\``,
    route: `/v1/flagger/${hook}`,
    method: 'POST',
    means,
    does: (heard) => (flaggerYes(heard) ? yes : no),
  };
}

function verdictIn(body: string): { readonly verdict: unknown } | undefined {
  try {
    const value: unknown = JSON.parse(body);
    return typeof value === 'object' && value !== null && 'verdict' in value ? value : { verdict: undefined };
  } catch {
    // Not JSON: what that means is the consumer's to say.
    return undefined;
  }
}

/** With the two conditions of docs/deploy/argo-rollouts.md. */
function argo(name: string, notJson: Does): Consumer {
  return {
    name,
    route: '/v1/argo',
    method: 'GET',
    means: {
      passes: 'measurement Successful',
      'takes back': 'measurement Failed: the rollout is aborted',
      waits: 'measurement Inconclusive: asked again until `count`, then the rollout pauses',
      'asks again': 'measurement Error: asked again after 10 s, aborted after five',
    },
    does(heard) {
      if (heard === 'nothing' || heard.status < 200 || heard.status > 299) return 'asks again';
      const found = verdictIn(heard.body);
      if (found === undefined) return notJson;
      return found.verdict === 'GO' ? 'passes' : found.verdict === 'NO_GO' ? 'takes back' : 'waits';
    },
  };
}

const FAILED_CHECK = { passes: 'goes on', stops: 'halts; counts as a failed check' } as const;
const CONFIRM = { passes: 'goes on', waits: 'waits, for ever if need be' } as const;

export const CONSUMERS: readonly Consumer[] = [
  flagger('pre-rollout', 'passes', 'stops', FAILED_CHECK),
  flagger('rollout', 'passes', 'stops', FAILED_CHECK),
  flagger('confirm-rollout', 'passes', 'waits', CONFIRM),
  flagger('confirm-promotion', 'passes', 'waits', CONFIRM),
  flagger('confirm-traffic-increase', 'passes', 'waits', CONFIRM),
  flagger('rollback', 'takes back', 'stays', { 'takes back': 'rolls back', stays: 'does not roll back' }),
  argo('Argo Rollouts `web`, up to 1.9.1', 'passes'),
  argo('Argo Rollouts `web`, later', 'asks again'),
  {
    name: 'Azure DevOps check, with success criteria',
    route: '/v1/azure',
    method: 'GET',
    means: { passes: 'check passes', stops: 'check fails; asked again until its time-out' },
    does: (heard) =>
      heard !== 'nothing' && heard.status === 200 && verdictIn(heard.body)?.verdict === 'GO'
        ? 'passes'
        : 'stops',
  },
  {
    name: 'Azure DevOps check, criteria forgotten',
    route: '/v1/azure',
    method: 'GET',
    means: { passes: 'check passes', stops: 'check fails; asked again until its time-out' },
    does: (heard) => (heard !== 'nothing' && heard.status === 200 ? 'passes' : 'stops'),
  },
];
