import { createSocket, type Socket } from 'node:dgram';
import { createServer, type Server, type Socket as TcpSocket } from 'node:net';
import dnsPacket, { type Answer, type Packet, type Question } from 'dns-packet';

/** What the stand-in says to one question; undefined: nothing at all. */
export type Say = (question: Question, over: 'udp' | 'tcp') => Said | undefined;

export interface Said {
  readonly rcode?: 'NOERROR' | 'NXDOMAIN' | 'SERVFAIL' | 'REFUSED' | 'FORMERR';
  /** It speaks for the zone; default: it does. */
  readonly authoritative?: boolean;
  /** It answers like a resolver. */
  readonly recursive?: boolean;
  /** Says over UDP that the answer is too long for it. */
  readonly truncated?: boolean;
  readonly answers?: readonly Answer[];
  readonly authorities?: readonly Answer[];
}

const RCODE = { NOERROR: 0, FORMERR: 1, SERVFAIL: 2, NXDOMAIN: 3, REFUSED: 5 } as const;

/** A stand-in for a name server, on loopback, over UDP and TCP. `dig` reads it like any other. */
export interface NameServerStandIn {
  readonly address: string;
  readonly port: number;
  /** `udp A shop.test`, in the order in which they came. */
  readonly asked: string[];
  say: Say;
  close(): Promise<void>;
}

/** @param port default: any; several stand-ins share one on addresses of their own */
export async function startNameServer(say: Say, address = '127.0.0.1', port = 0): Promise<NameServerStandIn> {
  const tcp = createServer();
  const connections = new Set<TcpSocket>();
  await new Promise<void>((done, failed) => {
    tcp.once('error', failed);
    tcp.listen(port, address, done);
  });
  const bound = (tcp.address() as { port: number }).port;
  const udp = createSocket('udp4');
  await new Promise<void>((done, failed) => {
    udp.once('error', failed);
    udp.bind(bound, address, done);
  });
  const standIn: NameServerStandIn = {
    address,
    port: bound,
    asked: [],
    say,
    close: () => close(tcp, udp, connections),
  };
  const answer = (bytes: Buffer, over: 'udp' | 'tcp'): Packet | undefined => {
    const query = dnsPacket.decode(bytes);
    const [question] = query.questions ?? [];
    if (question === undefined) return undefined;
    standIn.asked.push(`${over} ${question.type} ${question.name}`);
    const said = standIn.say({ ...question, name: question.name.toLowerCase() }, over);
    if (said === undefined) return undefined;
    const truncated = over === 'udp' && said.truncated === true;
    return {
      type: 'response',
      id: query.id,
      flags:
        RCODE[said.rcode ?? 'NOERROR'] |
        ((said.authoritative ?? true) ? dnsPacket.AUTHORITATIVE_ANSWER : 0) |
        (said.recursive === true ? dnsPacket.RECURSION_AVAILABLE : 0) |
        (truncated ? dnsPacket.TRUNCATED_RESPONSE : 0) |
        (query.flag_rd ? dnsPacket.RECURSION_DESIRED : 0),
      questions: [question],
      answers: truncated ? [] : [...(said.answers ?? [])],
      authorities: [...(said.authorities ?? [])],
    };
  };
  udp.on('message', (bytes, from) => {
    const packet = answer(bytes, 'udp');
    if (packet !== undefined) udp.send(dnsPacket.encode(packet), from.port, from.address);
  });
  tcp.on('connection', (socket) => {
    connections.add(socket);
    // Whoever asks may hang up at any time.
    socket.on('error', () => socket.destroy());
    socket.on('data', (chunk: Buffer) => {
      const packet = answer(chunk.subarray(2), 'tcp');
      if (packet !== undefined) socket.write(dnsPacket.streamEncode(packet));
    });
  });
  return standIn;
}

async function close(tcp: Server, udp: Socket, connections: ReadonlySet<TcpSocket>): Promise<void> {
  for (const socket of connections) socket.destroy();
  await Promise.all([
    new Promise<void>((done) => tcp.close(() => done())),
    new Promise<void>((done) => udp.close(done)),
  ]);
}

/** `a('shop.test', '192.0.2.1', 300)` */
export const record =
  (type: 'A' | 'AAAA' | 'CNAME' | 'NS') =>
  (name: string, data: string, ttl = 300): Answer => ({ type, name, ttl, data });
export const a = record('A');
export const cname = record('CNAME');
export const ns = record('NS');

/** A zone: what its records say, and else that there is no such name. */
export function zone(records: readonly Answer[]): Say {
  return ({ name, type }) => {
    const found: Answer[] = [];
    let at = name;
    for (let hops = 0; hops < 9; hops += 1) {
      const here = records.filter((one) => one.name === at);
      found.push(...here.filter((one) => one.type === type));
      const alias = here.find((one) => one.type === 'CNAME');
      if (alias === undefined || type === 'CNAME') break;
      found.push(alias);
      at = (alias as { data: string }).data;
    }
    const known = records.some((one) => one.name === name);
    return { rcode: known ? 'NOERROR' : 'NXDOMAIN', answers: found };
  };
}
