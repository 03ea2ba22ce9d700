import { parseAzureUrl } from '../../../gate/mechanisms/azure-devops/azure-headers.ts';
import { createCodeDeployHook } from '../../../scripts/codedeploy-hook.ts';
import { startReceiver, type StandInReceiver } from '../../contracts/publisher/stand-in-receiver.ts';
import { TARGET } from '../gate/verdicts.ts';
import type { Consumer, Does } from './consumers.ts';
import { type Situation, SITUATIONS, type Situations, startSituations } from './situations.ts';

const ID = '8f0b1f4e-9d43-4a39-9b5e-2f1f0c2f5a0';

/** Consumers that are told instead of answered, and what they then do. */
export interface CalledBack {
  readonly name: string;
  readonly means: Consumer['means'];
  does(situation: Situation): Promise<Does>;
}

/** A gate that calls back a stand-in for Azure DevOps, and gives up waiting at once. */
export async function startCalledBack(): Promise<{
  readonly consumers: readonly CalledBack[];
  close(): Promise<void>;
}> {
  const azure = await startReceiver();
  const situations = await startSituations({
    allowed: [parseAzureUrl(azure.url)],
    lookMs: 5,
    limitMs: 20,
  });
  return {
    consumers: [
      {
        name: 'Azure DevOps check, called back',
        means: {
          passes: 'check passes',
          stops: 'check fails',
          waits: 'waits; fails after an hour',
          stays: 'is never called back: skipped at its time-out',
        },
        does: (situation) => checkOfAzure(situation, situations, azure),
      },
      {
        name: 'AWS CodeDeploy, function of a hook',
        means: { passes: 'goes on', stops: 'deployment fails' },
        does: (situation) => hookOfCodeDeploy(situation, situations),
      },
    ],
    async close() {
      await situations.close();
      await azure.close();
    },
  };
}

async function checkOfAzure(
  situation: Situation,
  situations: Situations,
  azure: StandInReceiver,
): Promise<Does> {
  const plan = `${ID}${SITUATIONS.indexOf(situation)}`;
  const query = new URLSearchParams({ target: TARGET, nonce: situation }).toString();
  let taken: boolean;
  try {
    const answer = await fetch(`${situations.whereIs(situation)}/v1/azure/callback?${query}`, {
      method: 'POST',
      headers: {
        PlanUrl: azure.url,
        ProjectId: ID + '9',
        HubName: 'checks',
        PlanId: plan,
        JobId: ID + '9',
        TaskInstanceId: plan,
        TimelineId: ID + '9',
        AuthToken: 'a-token-of-azure',
      },
    });
    taken = answer.status === 200;
  } catch {
    taken = false;
  }
  // A request that fails, fails the check.
  if (!taken) return 'stops';
  if (situation === 'proxy answers HTML') return azure.received.some(isAbout(plan)) ? 'passes' : 'stays';
  const told = (): readonly string[] => azure.received.filter(isAbout(plan)).map(({ body }) => body);
  while (told().length < 2) await new Promise((resolve) => setTimeout(resolve, 5));
  const [note = '', event = ''] = told();
  const { result } = JSON.parse(event) as { readonly result: unknown };
  if (result === 'succeeded') return 'passes';
  return note.includes('Nothing was decided in time') ? 'waits' : 'stops';
}

function isAbout(plan: string): (one: { readonly path: string }) => boolean {
  return ({ path }) => path.includes(`/plans/${plan}/`);
}

async function hookOfCodeDeploy(situation: Situation, situations: Situations): Promise<Does> {
  let went: boolean | undefined;
  let remaining = 120_000;
  const hook = createCodeDeployHook({
    env: { GREENLIGHT_GATE_URL: situations.whereIs(situation), GREENLIGHT_TARGET: TARGET },
    end: (_hook, mayGoOn) => {
      went = mayGoOn;
      return Promise.resolve();
    },
    pause: (ms) => {
      remaining -= ms;
      return Promise.resolve();
    },
    log: () => undefined,
  });
  const event = { DeploymentId: situation, LifecycleEventHookExecutionId: 'h-1' };
  await hook(event, { getRemainingTimeInMillis: () => remaining });
  return went === true ? 'passes' : 'stops';
}
