import { flat } from './flat.ts';

/** What the target or a person said is text: no markup, no table cell, no link, no mention of people. */
export function markdownText(text: string, most: number): string {
  return flat(text, most)
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replace(/[\\`*_{}[\]()#+!|~]/g, '\\$&')
    .replaceAll('@', '&#64;')
    .replaceAll('://', '&#58;//');
}
