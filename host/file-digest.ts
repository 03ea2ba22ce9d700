import { createHash } from 'node:crypto';

/** `sha256:<hex>` of the exact content of a file. */
export function sha256Of(content: string | Uint8Array): string {
  return `sha256:${createHash('sha256').update(content).digest('hex')}`;
}
