import type { Channel, ChannelAdapter } from '../../contract/notify/channel.ts';
import type { ChannelKind, ChannelTools, OpenChannel } from '../channel-kind.ts';
import { alertmanager } from './alertmanager.ts';
import { pagerduty } from './pagerduty.ts';
import { slack } from './slack.ts';
import { smtp } from './smtp.ts';
import { teams } from './teams.ts';
import { webhook } from './webhook.ts';

/** Every way to tell people: one file and one line here. */
const CHANNELS: { readonly [A in ChannelAdapter]: ChannelKind<Extract<Channel, { adapter: A }>> } = {
  slack,
  teams,
  pagerduty,
  smtp,
  webhook,
  alertmanager,
};

/** @throws GreenlightError SECRET_MISSING, ADDRESS_INVALID, VARIABLE_REFUSED or PART_MISSING */
export async function openChannel<A extends ChannelAdapter>(
  channel: Extract<Channel, { adapter: A }>,
  tools: ChannelTools,
): Promise<OpenChannel> {
  return CHANNELS[channel.adapter].open(channel, tools);
}
