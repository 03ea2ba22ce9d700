import type { Notice } from '../contract/notify/notice.ts';
import type { SecretString } from '../contract/plan/secret.ts';
import type { Post } from '../host/post.ts';

/** Some got the message and others did not: sent again, it would come twice to the first, for as long as that lasts. */
export class TakenInPart extends Error {
  override readonly name = 'TakenInPart';
}

/** A place where people are told, ready to be used. */
export interface OpenChannel {
  /** Resolves when the receiver took the message. @throws TakenInPart, or an error: neither holds a secret */
  send(notice: Notice): Promise<void>;
  /** Only for a receiver that forgets what it is not told again: all open incidents that are routed to it. */
  remind?(open: readonly Notice[]): Promise<void>;
}

export interface ChannelTools {
  /** The text of a value of the plan. @throws GreenlightError SECRET_MISSING */
  readonly read: (value: SecretString) => string;
  readonly post: Post;
  /** For signatures and expiries. */
  readonly now: () => Date;
}

/** One way to tell people: a file in `notify/channels/` and its line in the registry there. */
export interface ChannelKind<C> {
  /** @throws GreenlightError SECRET_MISSING, ADDRESS_INVALID or PART_MISSING */
  open(channel: C, tools: ChannelTools): OpenChannel | Promise<OpenChannel>;
}
