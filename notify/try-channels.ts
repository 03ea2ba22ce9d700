import type { Notice } from '../contract/notify/notice.ts';
import type { Notify, Route } from '../contract/notify/notify.ts';
import type { Reach } from './deliver.ts';

/** How one channel took a message that says it is a test. */
export interface TriedChannel {
  /** `team (slack)` */
  readonly channel: string;
  /** The routes that name it, as the plan numbers them, with their conditions. */
  readonly routes: readonly string[];
  /** Why it did not take it; null: it did. What its people see, nobody here knows. */
  readonly problem: string | null;
}

/**
 * Sends a message that says it is a test through every channel that a route names, each once.
 * @param only the names of channels; default: all
 */
export async function tryChannels(
  notify: Notify,
  target: string,
  reach: Reach,
  only: readonly string[] = [],
): Promise<readonly TriedChannel[]> {
  const names = reach.names.filter((name) => only.length === 0 || only.includes(name));
  return Promise.all(
    names.map(async (name): Promise<TriedChannel> => {
      const routes = notify.routes.flatMap((route, index) =>
        route.to.includes(name) ? [`routes[${index}] (${conditionsOf(route)})`] : [],
      );
      try {
        const channel = await reach.open(name);
        await channel.send(testNotice(target, name, routes, reach.now()));
        return { channel: reach.words(name), routes, problem: null };
      } catch (error) {
        const problem = error instanceof Error ? error.message : 'it did not take the message';
        return { channel: reach.words(name), routes, problem };
      }
    }),
  );
}

function conditionsOf({ urgency, levels, kinds }: Route): string {
  const parts = [urgency, levels?.join(' or '), kinds?.join(' or ')].filter((part) => part !== undefined);
  return parts.length === 0 ? 'all else' : parts.join(', ');
}

function testNotice(target: string, channel: string, routes: readonly string[], now: Date): Notice {
  const at = now.toISOString();
  const key = `greenlight/${target}/test/${channel}/${at}`;
  return {
    key,
    incident: key,
    what: 'test',
    level: 'P4',
    kind: 'test',
    target,
    about: `test-${channel}`,
    headline: `TEST ${target}: nothing is broken`,
    summary: 'Somebody tries out whether messages of Greenlight arrive here. There is nothing to do.',
    facts: [
      { name: 'Channel', value: channel },
      { name: 'Told here', value: routes.join('; ') },
      { name: 'Sent', value: at },
    ],
    openedAt: at,
    at,
  };
}
