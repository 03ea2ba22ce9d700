import { createSocket } from 'node:dgram';
import { createServer } from 'node:net';
import dnsPacket, { type Packet } from 'dns-packet';

/** What the zone says of one name; faults change it. */
export interface Zone {
  readonly name: string;
  addresses: readonly string[];
  ttlS: number;
}

/** A name server and a resolver, both stand-ins, as `address:port`. */
export interface NameServer {
  readonly authority: string;
  readonly resolver: string;
  readonly zone: Zone;
  close(): Promise<void>;
}

/** Starts both on loopback, over UDP and TCP. They know one name; whatever else is asked does not exist. */
export async function startNameServer(zone: Zone): Promise<NameServer> {
  const authority = await listen(zone, dnsPacket.AUTHORITATIVE_ANSWER);
  try {
    const resolver = await listen(zone, dnsPacket.RECURSION_DESIRED | dnsPacket.RECURSION_AVAILABLE);
    return {
      authority: authority.address,
      resolver: resolver.address,
      zone,
      close: async () => void (await Promise.all([authority.close(), resolver.close()])),
    };
  } catch (error) {
    await authority.close();
    throw error;
  }
}

const NAME_ERROR = 3;

function answer(zone: Zone, flags: number, question: Packet): Packet {
  const [asked] = question.questions ?? [];
  const known = asked?.name.toLowerCase() === zone.name;
  const answers =
    known && asked.type === 'A'
      ? zone.addresses.map((data) => ({ type: 'A', name: asked.name, ttl: zone.ttlS, data }) as const)
      : [];
  return {
    type: 'response',
    id: question.id ?? 0,
    flags: flags | (known ? 0 : NAME_ERROR),
    questions: question.questions ?? [],
    answers,
  };
}

async function listen(
  zone: Zone,
  flags: number,
): Promise<{ readonly address: string; readonly close: () => Promise<void> }> {
  const tcp = createServer((socket) => {
    socket.on('error', () => socket.destroy());
    socket.on('data', (data) =>
      socket.end(dnsPacket.streamEncode(answer(zone, flags, dnsPacket.streamDecode(data)))),
    );
  });
  await new Promise<void>((resolve, reject) => {
    tcp.once('error', reject);
    tcp.listen(0, '127.0.0.1', resolve);
  });
  const { port } = tcp.address() as { port: number };
  const udp = createSocket('udp4');
  udp.on('message', (data, from) =>
    udp.send(dnsPacket.encode(answer(zone, flags, dnsPacket.decode(data))), from.port, from.address),
  );
  await new Promise<void>((resolve, reject) => {
    udp.once('error', reject);
    udp.bind(port, '127.0.0.1', resolve);
  });
  return {
    address: `127.0.0.1:${port}`,
    close: async () => {
      await new Promise<void>((resolve) => udp.close(() => resolve()));
      await new Promise((resolve) => tcp.close(resolve));
    },
  };
}
