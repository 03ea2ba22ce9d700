import https from 'node:https';
import type { EventId } from '../contract/events/table.ts';
import type { TargetUnreachable } from '../contract/ports/application.ts';
import { timeAt } from '../host/time-at.ts';
import type { Control } from './control.ts';

/** Clocks that are kept differ by seconds. */
const FAR_MS = 10 * 60_000;
const TRY_MS = 5000;

/**
 * The event that an error really is. A certificate that has expired, or is not valid yet, only by a clock of ours that is
 * wrong is our fault; so is one whose CA Node trusts and only the browser does not know.
 */
export async function whoseCertificateFault(error: TargetUnreachable, control: Control): Promise<EventId> {
  const { event, url } = error;
  if (url === undefined) return event;
  if (event === 'certificate-expired' || event === 'certificate-not-yet-valid')
    return (await ownClockIsWrong(url, control)) ? 'own-clock' : event;
  if (event === 'certificate-untrusted' && error.by === 'browser')
    return (await nodeTrusts(url)) ? 'ca-unknown-to-browser' : event;
  return event;
}

/** Wrong is ours only where theirs makes the certificate good and the control address does not side with ours. */
async function ownClockIsWrong(url: string, control: Control): Promise<boolean> {
  const there = await timeAt(url);
  const elsewhere = await control.time?.();
  if (elsewhere !== undefined) {
    if (!isFar(elsewhere)) return false;
    return there?.validFrom === undefined || isValidAt(elsewhere, there);
  }
  return there !== undefined && isFar(there.now) && isValidAt(there.now, there);
}

function isFar(now: number): boolean {
  return Math.abs(now - Date.now()) > FAR_MS;
}

function isValidAt(now: number, there: { readonly validFrom?: number; readonly validTo?: number }): boolean {
  return now >= (there.validFrom ?? Infinity) && now <= (there.validTo ?? -Infinity);
}

/** Whether Node, with its own store and NODE_EXTRA_CA_CERTS, would have taken the certificate. */
function nodeTrusts(url: string): Promise<boolean> {
  return new Promise((resolve) => {
    const request = https.request(new URL('/', url), { method: 'HEAD', agent: false, timeout: TRY_MS });
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
