import { hostOf, isLoopback } from '../../contract/plan/loopback.ts';
import type { Publisher } from '../../contract/ports/publisher.ts';
import type { Verdict } from '../../contract/verdict/verdict.ts';
import type { Post } from '../../host/post.ts';
import type { Screen } from '../../safety/screen.ts';

/** Where a verdict is delivered from. */
export interface Place {
  readonly env: NodeJS.ProcessEnv;
  /** Absolute report directory. */
  readonly directory: string;
  readonly screen: Pick<Screen, 'err' | 'command'>;
  /** Address of the report; undefined when it is nowhere to be read. */
  readonly report: string | undefined;
  readonly post: Post;
}

/** A publisher, and the texts that it delivers. */
export interface Delivery {
  readonly publisher: Publisher;
  readonly files: Readonly<Record<string, string>>;
}

/** What is wrong with a setting; undefined when nothing is. */
export type SettingRule = (value: string) => string | undefined;

/** One way to tell others about a verdict, with everything that is particular to it. */
export interface WayToTell {
  /** The environment variables that it needs, and those that it may be given: checked before a run. */
  readonly needed: Readonly<Record<string, SettingRule>>;
  readonly optional: Readonly<Record<string, SettingRule>>;
  /** Variables whose values must appear in no output; what tests a target has no business with them either. */
  readonly secrets: readonly string[];
  /** Its row in docs/deploy/callbacks.md; or the variable that is `true` where it tells by itself, unasked. */
  readonly told: { readonly settings: string; readonly does: string } | { readonly byItselfIn: string };
  /** Its settings were checked. */
  deliver(verdict: Verdict, place: Place): Delivery;
}

/** Any value will do. */
export const anything: SettingRule = () => undefined;

/** In the clear, a message and its token could be read and changed on the way. */
export const secureUrl: SettingRule = (value) => {
  const host = hostOf(value);
  if (host === undefined || !URL.canParse(value)) return 'is not an address';
  const { protocol } = new URL(value);
  return protocol === 'https:' || (protocol === 'http:' && isLoopback(host))
    ? undefined
    : 'is not an https address';
};
