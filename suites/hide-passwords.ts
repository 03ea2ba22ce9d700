import { setTimeout as sleep } from 'node:timers/promises';
import type { BrowserContext } from '@playwright/test';

/** A page whose scripts hang must not hold up its own end. */
const WITHIN_MS = 500;

/** Runs in the page. Fields that show what is typed are known by what they are for, or by their names. */
const HIDE = `for (const field of document.querySelectorAll('input')) {
  const named = [field.name, field.id, field.autocomplete].join(' ');
  if (field.type === 'password' || /pass[-_]?(word|wd|code|phrase)|pwd|one-time-code/i.test(named))
    field.style.setProperty('visibility', 'hidden', 'important');
}`;

/**
 * Makes fields with passwords invisible in all pages, before a picture is taken of them: what somebody typed may stand
 * there in clear once the page shows it. After the last step, so that no check sees it. Never throws.
 */
export async function hidePasswords(context: Pick<BrowserContext, 'pages'>): Promise<void> {
  const frames = context.pages().flatMap((page) => page.frames());
  const limit = new AbortController();
  await Promise.race([
    // One that is gone shows nothing.
    Promise.allSettled(frames.map((frame) => frame.evaluate(HIDE))),
    sleep(WITHIN_MS, undefined, { signal: limit.signal }).catch(() => undefined),
  ]);
  limit.abort();
}
