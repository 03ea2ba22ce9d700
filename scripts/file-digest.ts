import { createHash } from 'node:crypto';

/** `sha256:<hex>` of the exact text of a file. */
export function sha256Of(text: string): string {
  return `sha256:${createHash('sha256').update(text).digest('hex')}`;
}
