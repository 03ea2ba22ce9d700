import { z } from 'zod';
import { ByteSize } from '../byte-size.ts';
import { endpoint, probeKind, probeSchema } from './probe-kind.ts';

/** A host as addresses have it, with its port where it has one of its own. */
const HostName = z.string().regex(/^[\w.-]+(:\d+)?$/, 'must be a host, such as cdn.example.com');

/**
 * The scripts that a page loads, as they come over the wire: compressed, with what it imports later, in a browser that has
 * kept nothing. Scripts within the document are not counted, nor what a visitor would load by using the page. Needs a
 * browser.
 */
export const bundle = probeKind({
  schema: probeSchema('bundle', {
    ...endpoint,
    /** The pages. Each is opened anew, and its scripts are added up by themselves. */
    paths: z.array(z.string().startsWith('/')).min(1).default(['/']),
    /** The most that the scripts of one page may be: `500 KB`, `1.5 MB`, `512 KiB`. A KB is 1000 bytes, a KiB 1024. */
    atMost: ByteSize,
    /** Only scripts from these hosts are counted; default: from all, those of third parties as well. */
    hosts: z.array(HostName).min(1).optional(),
    /** A page may have no scripts at all; else that is unknown, because nothing was measured. */
    mayHaveNone: z.boolean().default(false),
    /** The page is done once nothing more was loaded for so long, in milliseconds. */
    quietMs: z.number().int().min(100).max(30_000).default(1000),
    /** It must be done by then, in milliseconds; what still loads is not known. */
    settleMs: z.number().int().min(1000).max(120_000).default(30_000),
  }),
  project: 'suites',
  shows: 'The scripts that each page loads are no larger than planned, as they come over the wire.',
  fails: 'They are larger, a page answers with another status than 200, or it gives no answer.',
  unknown:
    'No script was loaded, one did not come, the page never stops loading, no browser starts here, it leads to another site, a challenge page comes instead, or our own network is down.',
  example: {
    kind: 'bundle',
    id: 'scripts-are-small',
    title: 'The scripts of the home page are below 500 KB, compressed',
    paths: ['/'],
    atMost: '500 KB',
    hosts: ['shop.example.com', 'cdn.example.com'],
  },
});
