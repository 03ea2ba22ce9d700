import { execFileSync, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chmod, chown, mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { createConnection, createServer, type AddressInfo } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import path from 'node:path';

const PROGRAM = '/usr/sbin/dovecot';
const NOBODY = 65534;

/** Whether a real IMAP server can be started here (Debian: dovecot-imapd). */
export const hasDovecot = existsSync(PROGRAM);

export interface ImapServer {
  readonly port: number;
  /** Puts a mail into the mailbox as a mail server would: written elsewhere, then renamed into place. */
  deliver(source: string): Promise<void>;
  stop(): Promise<void>;
}

/** Starts a dovecot without privileges on a random port, with one user. */
export async function startDovecot(user: string, password: string): Promise<ImapServer> {
  const directory = await mkdtemp(path.join(tmpdir(), 'greenlight-imap-'));
  const root = process.getuid?.() === 0;
  const [uid, gid] = root ? [NOBODY, NOBODY] : [userInfo().uid, userInfo().gid];
  const own = async (made: string): Promise<void> => {
    if (root) await chown(made, uid, gid);
  };
  const maildir = path.join(directory, 'mail');
  for (const folder of ['.', 'run', 'state', 'home', 'mail', 'mail/new', 'mail/cur', 'mail/tmp']) {
    await mkdir(path.join(directory, folder), { recursive: true });
    await chmod(path.join(directory, folder), 0o755);
    await own(path.join(directory, folder));
  }
  const port = await freePort();
  // Dovecot takes no number for a group.
  const [userName, groupName] = root
    ? ['nobody', 'nogroup']
    : [userInfo().username, execFileSync('id', ['-gn'], { encoding: 'utf8' }).trim()];
  await writeFile(path.join(directory, 'users'), `${user}:{PLAIN}${password}\n`);
  await writeFile(
    path.join(directory, 'dovecot.conf'),
    `protocols = imap
listen = 127.0.0.1
base_dir = ${directory}/run
state_dir = ${directory}/state
log_path = ${directory}/log
ssl = no
disable_plaintext_auth = no
default_internal_user = ${userName}
default_internal_group = ${groupName}
default_login_user = ${userName}
first_valid_uid = 1
mail_location = maildir:${maildir}
passdb {
  driver = passwd-file
  args = scheme=plain username_format=%u ${directory}/users
}
userdb {
  driver = static
  args = uid=${uid} gid=${gid} home=${directory}/home
}
service imap-login {
  chroot =
  inet_listener imap {
    port = ${port}
  }
  inet_listener imaps {
    port = 0
  }
}
service anvil {
  chroot =
}
service stats {
  chroot =
}
`,
  );
  const server = spawn(PROGRAM, ['-F', '-c', path.join(directory, 'dovecot.conf')], {
    stdio: 'ignore',
    ...(root ? { uid, gid } : {}),
  });
  const ended = new Promise<void>((resolve) => server.once('exit', () => resolve()));
  await untilListening(port, () => server.exitCode !== null);
  let delivered = 0;
  return {
    port,
    async deliver(source) {
      const name = `${Date.now()}.${(delivered += 1)}.test`;
      const draft = path.join(maildir, 'tmp', name);
      await writeFile(draft, source.replace(/\r?\n/g, '\r\n'));
      await own(draft);
      await rename(draft, path.join(maildir, 'new', name));
    },
    async stop() {
      server.kill('SIGTERM');
      await ended;
      await rm(directory, { recursive: true, force: true });
    },
  };
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const { port } = server.address() as AddressInfo;
  await new Promise((closed) => server.close(closed));
  return port;
}

async function untilListening(port: number, dead: () => boolean): Promise<void> {
  for (;;) {
    if (dead()) throw new Error('dovecot did not start');
    const open = await new Promise<boolean>((resolve) => {
      const socket = createConnection(port, '127.0.0.1');
      socket.once('connect', () => resolve((socket.destroy(), true)));
      socket.once('error', () => resolve(false));
    });
    if (open) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
