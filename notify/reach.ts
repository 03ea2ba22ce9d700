import type { Notify } from '../contract/notify/notify.ts';
import type { Post } from '../host/post.ts';
import { resolveSecret } from '../safety/secrets.ts';
import type { OpenChannel } from './channel-kind.ts';
import { openChannel } from './channels/index.ts';
import type { Reach } from './deliver.ts';

/** The channels of a plan, each opened when it is needed, and once. */
export function reachOf(
  { env, post, now }: { readonly env: NodeJS.ProcessEnv; readonly post: Post; readonly now: () => Date },
  notify: Notify,
  keep: Reach['keep'],
): Reach {
  const channels = new Map(Object.entries(notify.channels));
  const opened = new Map<string, Promise<OpenChannel>>();
  const open = async (name: string): Promise<OpenChannel> => {
    const channel = channels.get(name);
    if (channel === undefined) throw new Error(`the plan has no channel ${name}`);
    return openChannel(channel, { post, now, read: (value) => resolveSecret(value, env) });
  };
  return {
    names: [...channels.keys()],
    words: (name) => {
      const adapter = channels.get(name)?.adapter;
      return adapter === undefined || adapter === name ? name : `${name} (${adapter})`;
    },
    open: (name) => {
      const before = opened.get(name) ?? open(name);
      opened.set(name, before);
      return before;
    },
    now,
    keep,
  };
}
