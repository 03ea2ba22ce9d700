import type { Post } from '../../../host/post.ts';

/** What Azure DevOps names in the headers of a check that waits to be called back. */
export interface AzureCheck {
  /** Address of the organization, without a slash at its end. */
  readonly planUrl: string;
  readonly projectId: string;
  readonly hubName: string;
  readonly planId: string;
  readonly jobId: string;
  readonly taskInstanceId: string;
  /** Undefined: there is no place for the reason. */
  readonly timelineId: string | undefined;
  /** Azure's own token for this check. */
  readonly authToken: string;
}

const API = 'api-version=7.1';

/**
 * Ends a check: the event that lets the stage go on, or fails it.
 * @throws Error naming the host when Azure DevOps does not take it
 */
export async function endAzureCheck(check: AzureCheck, mayGoOn: boolean, post: Post): Promise<void> {
  await post({
    url: `${planOf(check)}/events?${API}`,
    headers: authorized(check),
    body: JSON.stringify({
      name: 'TaskCompleted',
      taskId: check.taskInstanceId,
      jobId: check.jobId,
      result: mayGoOn ? 'succeeded' : 'failed',
    }),
  });
}

/**
 * Writes a line into the check's record of the timeline, which people see; nothing is decided by it.
 * @throws Error naming the host when Azure DevOps does not take it
 */
export async function noteOnAzureTimeline(check: AzureCheck, line: string, post: Post): Promise<void> {
  if (check.timelineId === undefined) return;
  await post({
    url: `${planOf(check)}/timelines/${check.timelineId}/records?${API}`,
    method: 'PATCH',
    headers: authorized(check),
    body: JSON.stringify({ count: 1, value: [{ id: check.taskInstanceId, currentOperation: line }] }),
  });
}

function planOf({ planUrl, projectId, hubName, planId }: AzureCheck): string {
  return `${planUrl}/${projectId}/_apis/distributedtask/hubs/${hubName}/plans/${planId}`;
}

function authorized({ authToken }: AzureCheck): Readonly<Record<string, string>> {
  return { authorization: `Bearer ${authToken}` };
}
