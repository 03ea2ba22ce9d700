import type { CodeDeployClient } from '@aws-sdk/client-codedeploy';
import type { Publisher } from '../../contract/ports/publisher.ts';
import { importOptional } from '../../host/import-optional.ts';
import { anything, type WayToTell } from './way-to-tell.ts';

/** What CodeDeploy gives to the function of a lifecycle hook. */
export interface LifecycleHook {
  readonly deploymentId: string;
  readonly executionId: string;
}

/**
 * Ends a lifecycle hook of AWS CodeDeploy. Only GO is `Succeeded`; CodeDeploy knows no third answer, and takes no text.
 * Region and credentials are those of the AWS SDK.
 */
function createCodeDeployPublisher(hook: LifecycleHook): Publisher {
  return { name: 'codedeploy', publish: ({ decision }) => endLifecycleHook(hook, decision === 'GO') };
}

/**
 * Tells CodeDeploy how a hook ended.
 * @throws GreenlightError PART_MISSING without the AWS SDK, and the SDK's errors after three attempts
 */
export async function endLifecycleHook(hook: LifecycleHook, mayGoOn: boolean): Promise<void> {
  const sdk = await importOptional('@aws-sdk/client-codedeploy', () => import('@aws-sdk/client-codedeploy'));
  const client: CodeDeployClient = new sdk.CodeDeployClient({ maxAttempts: 3 });
  try {
    await client.send(
      new sdk.PutLifecycleEventHookExecutionStatusCommand({
        deploymentId: hook.deploymentId,
        lifecycleEventHookExecutionId: hook.executionId,
        status: mayGoOn ? 'Succeeded' : 'Failed',
      }),
      { abortSignal: AbortSignal.timeout(30_000) },
    );
  } finally {
    client.destroy();
  }
}

export const codedeploy: WayToTell = {
  needed: { GREENLIGHT_CODEDEPLOY_DEPLOYMENT: anything, GREENLIGHT_CODEDEPLOY_HOOK: anything },
  optional: {},
  secrets: [],
  told: {
    settings: "`GREENLIGHT_CODEDEPLOY_DEPLOYMENT`, `GREENLIGHT_CODEDEPLOY_HOOK`, AWS's own",
    does: 'ends the lifecycle hook: Succeeded for GO, else Failed',
  },
  deliver: (_verdict, { env }) => ({
    publisher: createCodeDeployPublisher({
      deploymentId: env['GREENLIGHT_CODEDEPLOY_DEPLOYMENT'] ?? '',
      executionId: env['GREENLIGHT_CODEDEPLOY_HOOK'] ?? '',
    }),
    files: {},
  }),
};
