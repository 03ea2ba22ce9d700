/** Errors of a connection that our own machine reports before anything was sent. */
const OWN_LIMITS: Readonly<Record<string, string>> = {
  EMFILE: 'this process has no file descriptors left (ulimit -n)',
  ENFILE: 'this machine has no file descriptors left',
  EADDRNOTAVAIL: 'this machine has no local ports left for new connections to the target',
  ENOBUFS: 'this machine has no buffers left for connections',
  ENOMEM: 'this machine has no memory left for connections',
  EAI_AGAIN: 'the resolver of this machine does not answer',
};

/** What of our own ran out, in words; undefined for errors that may be the target's. */
export function ownLimit(error: Pick<NodeJS.ErrnoException, 'code'>): string | undefined {
  const { code = '' } = error;
  const meaning = OWN_LIMITS[code];
  return meaning === undefined ? undefined : `${code}: ${meaning}`;
}
