import type { CodeDeployClient } from '@aws-sdk/client-codedeploy';
import { GreenlightError } from '../../contract/errors.ts';
import type { Publisher } from '../../contract/ports/publisher.ts';

/** What CodeDeploy gives to the function of a lifecycle hook. */
export interface LifecycleHook {
  readonly deploymentId: string;
  readonly executionId: string;
}

/**
 * Ends a lifecycle hook of AWS CodeDeploy. Only GO is `Succeeded`; CodeDeploy knows no third answer, and takes no text.
 * Region and credentials are those of the AWS SDK.
 */
export function createCodeDeployPublisher(hook: LifecycleHook): Publisher {
  return { name: 'codedeploy', publish: ({ decision }) => endLifecycleHook(hook, decision === 'GO') };
}

/**
 * Tells CodeDeploy how a hook ended.
 * @throws GreenlightError PART_MISSING without the AWS SDK, and the SDK's errors after three attempts
 */
export async function endLifecycleHook(hook: LifecycleHook, mayGoOn: boolean): Promise<void> {
  const sdk = await import('@aws-sdk/client-codedeploy').catch((cause: unknown) => {
    throw new GreenlightError('PART_MISSING', '@aws-sdk/client-codedeploy is not installed', {
      cause,
      hint: 'npm install @aws-sdk/client-codedeploy',
    });
  });
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
