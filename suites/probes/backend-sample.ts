import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import { eventOfText } from '../../contract/events/codes.ts';
import type { ResponseView } from '../../contract/flow/http.ts';
import { keysOfPointer, valueAtKeys } from '../../contract/flow/value-at.ts';
import type { Marker } from '../../contract/plan/probes/backends.ts';
import { TargetUnreachable } from '../../contract/ports/application.ts';
import { textOf } from '../../host/http-exchange.ts';

/** What came over one connection. */
export interface Sample {
  readonly address: string;
  readonly came: ResponseView | TargetUnreachable;
}

/**
 * The addresses of a host, each once.
 * @throws TargetUnreachable where it has none, or our resolver does not say
 */
export async function addressesOfHost(host: string): Promise<readonly string[]> {
  const name = host.replace(/^\[|\]$/g, '');
  if (isIP(name) !== 0) return [name];
  try {
    const found = await lookup(name, { all: true });
    return [...new Set(found.map(({ address }) => address))];
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    const event = eventOfText(textOf(error));
    if (event === undefined) throw error;
    throw new TargetUnreachable(event, `${name}: ${textOf(error)}`, { cause: error });
  }
}

/** What an answer says of itself; undefined where it says nothing. */
export function readMarker({ header, pointer, cookie }: Marker, answer: ResponseView): string | undefined {
  if (header !== undefined) return answer.headers[header];
  if (cookie !== undefined) return cookieIn(answer.headers['set-cookie'], cookie);
  return pointer === undefined ? undefined : textAt(answer.body, pointer);
}

function cookieIn(set: string | undefined, name: string): string | undefined {
  const line = (set ?? '').split('\n').find((one) => one.startsWith(`${name}=`));
  return line?.slice(name.length + 1).split(';')[0];
}

/** By a JSON pointer (RFC 6901). */
function textAt(body: unknown, pointer: string): string | undefined {
  const at = valueAtKeys(body, keysOfPointer(pointer));
  return typeof at === 'string' || typeof at === 'number' || typeof at === 'bigint' ? String(at) : undefined;
}
