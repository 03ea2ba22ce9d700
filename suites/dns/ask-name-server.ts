import { randomInt } from 'node:crypto';
import { createSocket } from 'node:dgram';
import { connect, isIPv6 } from 'node:net';
import type * as DnsPacket from 'dns-packet';
import type { Answer, DecodedPacket, Packet } from 'dns-packet';
import { eventOfText } from '../../contract/events/codes.ts';
import type { NameServer } from '../../contract/plan/probes/dns.ts';
import { TargetUnreachable } from '../../contract/ports/application.ts';
import { textOf } from '../../host/http-exchange.ts';
import { type DnsRecord, type NameServerAnswer, plainName, type RecordType } from './name-server-answer.ts';

export interface Question {
  readonly name: string;
  readonly type: RecordType;
  /** Asks a resolver to find it out; without, only what the server itself has. */
  readonly recursion?: boolean;
  /** Wants the answer even where its signature (DNSSEC) is wrong. */
  readonly unchecked?: boolean;
}

/** Names of what a server may say (RFC 1035, 4.1.1). */
const RCODES = ['NOERROR', 'FORMERR', 'SERVFAIL', 'NXDOMAIN', 'NOTIMP', 'REFUSED'] as const;
/** What goes through every network without being cut into parts (DNS flag day 2020). Bytes. */
const UDP_BYTES = 1232;

type Codec = typeof DnsPacket;

/**
 * Asks one server one question: over UDP, which may get lost and is sent twice, and over TCP where the answer is too long
 * for it or none came.
 * @param budgetMs for all of it
 * @throws TargetUnreachable with the event of the table when no answer came
 */
export async function askNameServer(
  server: NameServer,
  question: Question,
  budgetMs: number,
): Promise<NameServerAnswer> {
  const codec = await import('dns-packet');
  const ends = Date.now() + budgetMs;
  const left = (): number => Math.max(1, ends - Date.now());
  const overTcp = (): Promise<NameServerAnswer> => askOnce(codec, 'tcp', server, question, true, left());
  try {
    const answer = await askOnce(codec, 'udp', server, question, true, Math.ceil(budgetMs / 2));
    if (answer.truncated) return await overTcp();
    // Servers of old times do not know the extension that says how long an answer may be.
    return answer.rcode === 'FORMERR' ? await askOnce(codec, 'udp', server, question, false, left()) : answer;
  } catch (error) {
    // Nobody listens, or there is no way: TCP would not find one either.
    if (!(error instanceof TargetUnreachable) || error.event !== 'timeout') throw error;
    return overTcp();
  }
}

type Read = NameServerAnswer & { readonly truncated: boolean };

function askOnce(
  codec: Codec,
  by: 'udp' | 'tcp',
  server: NameServer,
  { name, type, recursion = false, unchecked = false }: Question,
  extended: boolean,
  budgetMs: number,
): Promise<Read> {
  const { address, port } = server;
  const id = randomInt(0, 0x1_0000);
  const packet: Packet = {
    type: 'query',
    id,
    flags: (recursion ? codec.RECURSION_DESIRED : 0) | (unchecked ? codec.CHECKING_DISABLED : 0),
    questions: [{ type, name }],
    ...(extended
      ? {
          additionals: [
            {
              type: 'OPT',
              name: '.',
              udpPayloadSize: UDP_BYTES,
              extendedRcode: 0,
              ednsVersion: 0,
              flags: 0,
              flag_do: false,
              options: [],
            },
          ],
        }
      : {}),
  };
  const where = `${by} ${isIPv6(address) ? `[${address}]` : address}:${port}`;
  return new Promise((resolve, reject) => {
    const failed = (error: Error): void => {
      const text = textOf(error);
      const event = eventOfText(text);
      const message = `${where}: ${text}`;
      settle(() =>
        reject(
          event === undefined
            ? new Error(message, { cause: error })
            : new TargetUnreachable(event, message, { cause: error }),
        ),
      );
    };
    /** @returns whether that was the answer; whatever else comes is none of ours */
    const arrived = (bytes: Buffer): boolean => {
      const read = readAnswer(codec, bytes, { id, name, type });
      if (read === undefined) return false;
      settle(() => resolve(read));
      return true;
    };
    const { end, again } =
      by === 'udp'
        ? sendUdp(server, codec.encode(packet), arrived, failed)
        : sendTcp(server, codec.streamEncode(packet), arrived, failed);
    const repeat = setTimeout(again, budgetMs / 2);
    const timer = setTimeout(
      () =>
        settle(() =>
          reject(new TargetUnreachable('timeout', `${where}: no answer within ${Math.round(budgetMs)} ms`)),
        ),
      budgetMs,
    );
    const settle = (then: () => void): void => {
      clearTimeout(timer);
      clearTimeout(repeat);
      end();
      then();
    };
  });
}

interface Sending {
  readonly end: () => void;
  /** Sends the question once more, where it may have been lost. */
  readonly again: () => void;
}

function sendUdp(
  { address, port }: NameServer,
  bytes: Buffer,
  arrived: (bytes: Buffer) => boolean,
  failed: (error: Error) => void,
): Sending {
  const socket = createSocket(isIPv6(address) ? 'udp6' : 'udp4');
  let open = true;
  socket.on('error', failed);
  socket.on('message', arrived);
  // Connected, so that only this server is heard, and so that a closed port is told.
  socket.connect(port, address, () => {
    if (open) socket.send(bytes);
  });
  return {
    end: () => {
      if (open) socket.close();
      open = false;
    },
    again: () => {
      if (open) socket.send(bytes);
    },
  };
}

function sendTcp(
  { address, port }: NameServer,
  bytes: Buffer,
  arrived: (bytes: Buffer) => boolean,
  failed: (error: Error) => void,
): Sending {
  const socket = connect(port, address, () => socket.write(bytes));
  let got = Buffer.alloc(0);
  socket.on('error', failed);
  socket.on('data', (chunk: Buffer) => {
    got = Buffer.concat([got, chunk]);
    // Two bytes say how long the answer is.
    while (got.length >= 2 && got.length >= 2 + got.readUInt16BE(0)) {
      const length = got.readUInt16BE(0);
      if (arrived(got.subarray(2, 2 + length))) return;
      got = got.subarray(2 + length);
    }
  });
  socket.on('end', () => failed(new Error('ECONNRESET the connection was closed before an answer came')));
  return { end: () => void socket.destroy(), again: () => undefined };
}

/** The answer in a packet; undefined where it is none to this question. */
function readAnswer(
  codec: Codec,
  bytes: Buffer,
  asked: { readonly id: number; readonly name: string; readonly type: string },
): Read | undefined {
  let packet: DecodedPacket;
  try {
    packet = codec.decode(bytes);
  } catch {
    // Anybody may send anything: what is no packet is no answer, and the time-out tells that none came.
    return undefined;
  }
  const [question] = packet.questions ?? [];
  const isOurs =
    packet.flag_qr &&
    packet.id === asked.id &&
    // Servers that fail may leave the question out.
    (question === undefined ||
      (question.type === asked.type && plainName(question.name) === plainName(asked.name)));
  if (!isOurs) return undefined;
  const code = (packet.flags ?? 0) & 0xf;
  return {
    rcode: RCODES[code] ?? `RCODE ${code}`,
    authoritative: packet.flag_aa,
    recursive: packet.flag_ra,
    truncated: packet.flag_tc,
    answers: (packet.answers ?? []).flatMap(recordOf),
    authorities: (packet.authorities ?? []).flatMap(recordOf),
  };
}

function recordOf(answer: Answer): DnsRecord[] {
  if (answer.type === 'OPT') return [];
  const { name, type, ttl = 0, data } = answer;
  const text = typeof data === 'string' ? data : '';
  return [{ name: plainName(name), type, ttl, data: plainName(text) }];
}
