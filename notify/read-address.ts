import { GreenlightError } from '../contract/errors.ts';
import type { ChannelAdapter } from '../contract/notify/channel.ts';
import { addressProblem } from '../contract/notify/notify-problems.ts';
import type { SecretString } from '../contract/plan/secret.ts';
import type { ChannelTools } from './channel-kind.ts';

/** The address of a channel. @throws GreenlightError SECRET_MISSING or ADDRESS_INVALID, without the address itself */
export function readAddress(adapter: ChannelAdapter, url: SecretString, { read }: ChannelTools): string {
  const address = read(url).trim();
  const problem = addressProblem(adapter, address);
  if (problem === undefined) return address;
  const where = typeof url === 'string' ? `the address of a channel (${adapter})` : url.secret;
  throw new GreenlightError('ADDRESS_INVALID', `${where} ${problem}`);
}
