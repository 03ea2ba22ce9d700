import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

let collect: (() => void) | undefined;

/**
 * Collects garbage now. Left to itself, the engine lets what millions of rows leave behind grow to 60 MB before it
 * looks: more than all else that a comparison needs.
 */
export function collectGarbage(): void {
  if (collect === undefined) {
    // Only contexts that are made after the flag was set have it.
    setFlagsFromString('--expose-gc');
    const exposed: unknown = runInNewContext('typeof gc === "function" ? gc : undefined');
    collect = typeof exposed === 'function' ? (exposed as () => void) : () => undefined;
  }
  collect();
}
