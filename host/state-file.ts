import { createHash } from 'node:crypto';

/**
 * A file name for a target: readable, safe on every file system, and different for different targets even where
 * the readable part is the same.
 */
export function fileNameOf(target: string): string {
  const readable = target
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 40);
  return `${readable || 'target'}-${createHash('sha256').update(target).digest('hex').slice(0, 10)}`;
}
