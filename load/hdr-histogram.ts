import { createRequire } from 'node:module';
import type * as Hdr from 'hdr-histogram-js';

const require = createRequire(import.meta.url);

/**
 * hdr-histogram-js, loaded when the first histogram is made or read: it brings an inflater and WebAssembly, some 16 MiB
 * and a tenth of a second in every process, and most runs make no load.
 */
export function hdrHistogram(): typeof Hdr {
  return require('hdr-histogram-js') as typeof Hdr;
}
