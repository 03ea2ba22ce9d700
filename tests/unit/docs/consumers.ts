import type { MechanismName } from '../../../gate/mechanisms/index.ts';

/** What came back over HTTP, or that nothing did. */
export type Heard = { readonly status: number; readonly body: string } | 'nothing';

/** What a consumer does. `passes` moves traffic on, `takes back` moves it back. */
export type Does = 'passes' | 'takes back' | 'stays' | 'waits' | 'asks again' | 'stops';

/** One HTTP consumer as its documentation and source describe it; nothing of it is our wish. */
export interface Consumer {
  readonly name: string;
  readonly route: string;
  readonly method: 'GET' | 'POST';
  /** The body of its request, where the question is not in the address. */
  readonly body?: (question: Readonly<Record<string, string>>) => unknown;
  /** Takes any page that is answered with 200 for a yes: somebody who is not the gate can move traffic. */
  readonly believesAnyPage?: true;
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
    body: (metadata) => ({
      name: 'shop',
      namespace: 'n',
      phase: 'Progressing',
      checksum: 'c',
      metadata,
    }),
    believesAnyPage: true,
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
    ...(notJson === 'passes' ? { believesAnyPage: true } : {}),
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
const AZURE_CHECK = {
  passes: 'check passes',
  stops: 'check fails; asked again until its time-out',
} as const;
const CONFIRM = { passes: 'goes on', waits: 'waits, for ever if need be' } as const;

/** What a mechanism that starts the run itself does with the exit code of it; there is no gate that could be down. */
export type ByExitCode = readonly [
  name: string,
  go: string,
  noGo: string,
  inconclusive: string,
  pending: string,
];

/** What of a mechanism stands in docs/deploy/conformance.md. */
export interface Conformance {
  readonly consumers: readonly Consumer[];
  readonly byExitCode: readonly ByExitCode[];
  /** Rows of the page, and what they were checked with. */
  readonly checkedWith: readonly (readonly [rows: string, how: string])[];
  /** Its name, where its files were never run in the service itself. */
  readonly neverRun?: string;
}

/** In the order of the page. A mechanism that nobody checked does not compile. */
export const CONFORMANCE: Readonly<Record<MechanismName, Conformance>> = {
  shell: {
    // curl and jq: the script itself is run, in conformance.test.ts.
    consumers: [],
    byExitCode: [['Shell script of shell.md', 'promotes', 'rolls back', 'stops', 'waits']],
    checkedWith: [
      ['curl and jq', 'the script of shell.md, run by a real shell, curl and jq against a real gate'],
      [
        'Shell script of shell.md',
        'run by a real shell with every exit code (`tests/unit/docs/deploy-pages.test.ts`)',
      ],
    ],
  },
  'github-actions': {
    consumers: [],
    byExitCode: [['GitHub Actions', 'promotes', 'rolls back', 'job fails', 'waits']],
    checkedWith: [
      [
        'GitHub Actions',
        'the script of action.yml, run by a real bash with every exit code; the workflow around it was **not run** on GitHub',
      ],
    ],
  },
  flagger: {
    consumers: [
      flagger('pre-rollout', 'passes', 'stops', FAILED_CHECK),
      flagger('rollout', 'passes', 'stops', FAILED_CHECK),
      flagger('confirm-rollout', 'passes', 'waits', CONFIRM),
      flagger('confirm-promotion', 'passes', 'waits', CONFIRM),
      flagger('confirm-traffic-increase', 'passes', 'waits', CONFIRM),
      flagger('rollback', 'takes back', 'stays', { 'takes back': 'rolls back', stays: 'does not roll back' }),
    ],
    byExitCode: [],
    checkedWith: [
      [
        'Flagger',
        "every cell with the webhook client of Flagger 1.44.0 itself, run with GREENLIGHT_REAL_CLIENTS=1 where Go and its modules can be had (`tests/contracts/gate-clients`); what the controller then does with its answer is its documentation's word",
      ],
    ],
  },
  'argo-rollouts': {
    consumers: [
      argo('Argo Rollouts `web`, up to 1.9.1', 'passes'),
      argo('Argo Rollouts `web`, later', 'asks again'),
    ],
    byExitCode: [],
    checkedWith: [
      [
        'Argo Rollouts `web`, up to 1.9.1',
        "every cell with the web metric provider of Argo Rollouts 1.9.1 itself and the metric of [argo-rollouts.md](argo-rollouts.md), run with GREENLIGHT_REAL_CLIENTS=1 where Go and its modules can be had; what the controller then does with the measurement is its documentation's word",
      ],
      ['Argo Rollouts `web`, later', '**not run**: no release has the correction yet'],
    ],
  },
  'azure-devops': {
    consumers: [
      {
        name: 'Azure DevOps check, with success criteria',
        route: '/v1/azure',
        method: 'GET',
        means: AZURE_CHECK,
        does: (heard) =>
          heard !== 'nothing' && heard.status === 200 && verdictIn(heard.body)?.verdict === 'GO'
            ? 'passes'
            : 'stops',
      },
      {
        name: 'Azure DevOps check, criteria forgotten',
        route: '/v1/azure',
        method: 'GET',
        believesAnyPage: true,
        means: AZURE_CHECK,
        does: (heard) => (heard !== 'nothing' && heard.status === 200 ? 'passes' : 'stops'),
      },
    ],
    byExitCode: [],
    checkedWith: [
      [
        'Azure DevOps check, called back',
        'the gate itself against a stand-in for Azure DevOps; **not run** in the service',
      ],
    ],
    neverRun: 'Azure DevOps',
  },
  'gitlab-ci': {
    consumers: [],
    byExitCode: [['GitLab CI', 'promotes', 'rolls back', 'job fails', 'waits']],
    checkedWith: [],
    neverRun: 'GitLab CI',
  },
  'kubernetes-job': {
    consumers: [],
    byExitCode: [['Kubernetes Job', 'complete', 'failed, code 10', 'failed, code 20', 'running']],
    checkedWith: [],
    neverRun: 'Kubernetes Job',
  },
  'aws-codedeploy': {
    // Its function is told, not answered: called-back.ts.
    consumers: [],
    byExitCode: [
      [
        'AWS CodeDeploy, EC2 hook',
        'goes on',
        'deployment fails',
        'deployment fails',
        'waits, an hour at most',
      ],
    ],
    checkedWith: [
      [
        'AWS CodeDeploy, function of a hook',
        'the function itself against a real gate, its report with the AWS SDK against a stand-in; **not run** in the service',
      ],
    ],
    neverRun: 'AWS CodeDeploy',
  },
};

export const CONSUMERS: readonly Consumer[] = Object.values(CONFORMANCE).flatMap(
  ({ consumers }) => consumers,
);
