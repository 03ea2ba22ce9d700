import { execFileSync } from 'node:child_process';
import { createServer, connect, type Server } from 'node:net';

/** A machine's network of its own: what runs in it reaches this process at one address, and nothing else. */
export interface NetworkNamespace {
  /** What a command in it begins with. */
  readonly enter: readonly string[];
  /** Lets it reach a port of this machine. @returns the address and port as seen from inside */
  relay(port: number): Promise<string>;
  remove(): Promise<void>;
}

/** Whether this process may make them: it takes root and the program `ip`. */
export function hasNamespaces(): boolean {
  const name = `gl${process.pid}-try`;
  try {
    ip('netns', 'add', name);
    ip('netns', 'del', name);
    return true;
  } catch {
    return false; // No root, no program or no kernel for it: all the same answer.
  }
}

/** @param index 0 to 60; a process may have one of each */
export function makeNamespace(index: number): NetworkNamespace {
  const name = `gl${process.pid}-${index}`;
  const [outside, inside] = [`g${process.pid}o${index}`, `g${process.pid}i${index}`];
  const address = (last: number): string => `10.213.${process.pid % 250}.${index * 4 + last}`;
  ip('netns', 'add', name);
  ip('link', 'add', outside, 'type', 'veth', 'peer', 'name', inside, 'netns', name);
  ip('address', 'add', `${address(1)}/30`, 'dev', outside);
  ip('link', 'set', outside, 'up');
  ip('-n', name, 'address', 'add', `${address(2)}/30`, 'dev', inside);
  ip('-n', name, 'link', 'set', inside, 'up');
  const servers: Server[] = [];
  return {
    enter: ['ip', 'netns', 'exec', name],
    relay: async (port) => {
      const server = createServer((socket) => {
        const onward = connect(port, '127.0.0.1');
        socket.pipe(onward).pipe(socket);
        const end = (): void => {
          socket.destroy();
          onward.destroy();
        };
        for (const one of [socket, onward]) one.on('error', end);
      });
      servers.push(server);
      await new Promise<void>((resolve) => server.listen(port, address(1), resolve));
      return `${address(1)}:${port}`;
    },
    remove: async () => {
      await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
      ip('netns', 'del', name);
    },
  };
}

function ip(...args: readonly string[]): void {
  execFileSync('ip', args, { stdio: 'pipe' });
}
