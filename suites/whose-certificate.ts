import { readFile } from 'node:fs/promises';
import https from 'node:https';
import type { EventId } from '../contract/events/table.ts';
import type { TargetUnreachable } from '../contract/ports/application.ts';
import { PATIENT_CONNECT } from '../host/http-exchange.ts';
import { askedAt, timeAt } from '../host/time-at.ts';
import type { Control } from './control.ts';
import { isFar } from './own-clock.ts';

const TRY_MS = 5000;
/** Where systems keep the CAs that their own programs trust; Node does not read them. */
const SYSTEM_STORES = [
  '/etc/ssl/certs/ca-certificates.crt',
  '/etc/pki/tls/certs/ca-bundle.crt',
  '/etc/ssl/ca-bundle.pem',
  '/etc/ssl/cert.pem',
];

/**
 * The event that an error really is. A certificate that has expired, or is not valid yet, only by a clock of ours that is
 * wrong is our fault; so is one whose CA the browser, or Node, alone does not know.
 * @param systemStores PEM files of the CAs that this machine trusts
 */
export async function whoseCertificateFault(
  error: TargetUnreachable,
  control: Control,
  systemStores: readonly string[] = SYSTEM_STORES,
): Promise<EventId> {
  const { event, url, address } = error;
  if (url === undefined) return event;
  if (event === 'certificate-expired' || event === 'certificate-not-yet-valid')
    return (await ownClockIsWrong(url, control, address)) ? 'own-clock' : event;
  if (event !== 'certificate-untrusted') return event;
  if (error.by === 'browser') return (await isTrusted(url, address)) ? 'ca-unknown-to-browser' : event;
  const stores = await readStores(systemStores);
  return stores.length > 0 && (await isTrusted(url, address, stores)) ? 'ca-unknown-to-node' : event;
}

/** Wrong is ours only where theirs makes the certificate good and the control address does not side with ours. */
async function ownClockIsWrong(url: string, control: Control, address?: string): Promise<boolean> {
  const there = await timeAt(url, address);
  const elsewhere = await control.time?.();
  if (elsewhere !== undefined) {
    if (!isFar(elsewhere)) return false;
    return there?.validFrom === undefined || isValidAt(elsewhere, there);
  }
  return there !== undefined && isFar(there.now) && isValidAt(there.now, there);
}

function isValidAt(now: number, there: { readonly validFrom?: number; readonly validTo?: number }): boolean {
  return now >= (there.validFrom ?? Infinity) && now <= (there.validTo ?? -Infinity);
}

async function readStores(files: readonly string[]): Promise<readonly string[]> {
  const read = await Promise.allSettled(files.map((file) => readFile(file, 'utf8')));
  return read.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
}

/** Whether Node takes the certificate by these CAs; without any: by its own store and NODE_EXTRA_CA_CERTS. */
function isTrusted(url: string, address?: string, stores?: readonly string[]): Promise<boolean> {
  return new Promise((resolve) => {
    const origin = new URL('/', url);
    const request = https.request(origin, {
      method: 'HEAD',
      agent: false,
      timeout: TRY_MS,
      ...PATIENT_CONNECT,
      ...askedAt(origin, address),
      ...(stores === undefined ? {} : { ca: [...stores] }),
    });
    const end = (trusted: boolean): void => {
      request.destroy();
      resolve(trusted);
    };
    request.on('error', () => end(false));
    request.on('timeout', () => end(false));
    request.on('socket', (socket) => socket.once('secureConnect', () => end(true)));
    request.end();
  });
}
