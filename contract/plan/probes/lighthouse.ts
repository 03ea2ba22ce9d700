import { z } from 'zod';
import type { Problem } from '../../errors.ts';
import { endpoint, probeKind, probeSchema } from './probe-kind.ts';

/** What Lighthouse gives a score for. */
export const LIGHTHOUSE_CATEGORIES = ['performance', 'accessibility', 'best-practices', 'seo'] as const;
export type LighthouseCategory = (typeof LIGHTHOUSE_CATEGORIES)[number];

/** A score as Lighthouse shows it. */
const Score = z.number().int().min(1).max(100);

/** The scores that Lighthouse gives a page, in the browser that page steps use. Needs the package `lighthouse`. */
export const lighthouse = probeKind({
  schema: probeSchema('lighthouse', {
    ...endpoint,
    /** The pages. */
    paths: z.array(z.string().startsWith('/')).min(1).default(['/']),
    /** The least score of each category that is looked at, of 100: "above 90" is 91. */
    atLeast: z.strictObject({
      /** How soon it shows and can be used. */
      performance: Score.optional(),
      /** Whether everybody can use it, as far as a machine sees. */
      accessibility: Score.optional(),
      /** Whether it does what pages should not do. */
      'best-practices': Score.optional(),
      /** Whether search engines can read it. */
      seo: Score.optional(),
    }),
    /** How often each page is looked at: the median counts, because a score of performance is never twice the same. */
    runs: z.number().int().min(1).max(9).default(3),
    /** Which device is pretended: a middling phone on a slow network, or a desktop. */
    device: z.enum(['mobile', 'desktop']).default('mobile'),
    /**
     * How quick this machine must be for a score of performance to be held against the target, by Lighthouse's own
     * measurement (`benchmarkIndex`). Below, or while it is busy, a good score counts and a bad one is unknown.
     */
    benchmarkAtLeast: z.number().min(0).default(1000),
    /** How long one look may take, in milliseconds. */
    runMs: z.number().int().min(10_000).max(300_000).default(120_000),
  }),
  // It measures the time that our own processor takes, so nothing else may run beside it.
  project: 'load',
  shows: 'The median score of each page is at least as high as planned, in every category that is named.',
  fails: 'A score is lower (the worst audits are named), or the page does not answer with 200.',
  unknown:
    'This machine is too slow or too busy for a score of performance, Lighthouse ends with an error or gives no score, no browser starts here, the page leads to another site, the rate is limited, or our own network is down.',
  example: {
    kind: 'lighthouse',
    id: 'pages-score-well',
    title: 'The home page scores above 90 on a phone',
    paths: ['/'],
    atLeast: { performance: 91, accessibility: 91 },
  },
  problems: ({ atLeast }, _plan, path): readonly Problem[] =>
    Object.values(atLeast).some((score) => score !== undefined)
      ? []
      : [
          {
            path: `${path}.atLeast`,
            value: 'no score',
            problem: 'looks at no category',
            remedy: `name a score for at least one of: ${LIGHTHOUSE_CATEGORIES.join(', ')}`,
          },
        ],
});
