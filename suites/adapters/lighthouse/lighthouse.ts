import { z } from 'zod';
import type { LighthouseCategory } from '../../../contract/plan/probes/lighthouse.ts';
import { importOptional } from '../../../host/import-optional.ts';

/** One look of Lighthouse at a page. */
export interface LighthouseRequest {
  readonly url: string;
  /** The debugging port of the browser. */
  readonly port: number;
  readonly categories: readonly LighthouseCategory[];
  readonly device: 'mobile' | 'desktop';
}

/** The part of its result that is read. */
const LighthouseResult = z.object({
  /** Why nothing of it says anything. */
  runtimeError: z.object({ code: z.string(), message: z.string() }).optional(),
  /** The page that was there in the end. */
  finalDisplayedUrl: z.string(),
  environment: z.object({ benchmarkIndex: z.number() }),
  categories: z.record(
    z.string(),
    z.object({
      /** 0 to 1; null where an audit that counts ended with an error. */
      score: z.number().nullable(),
      auditRefs: z.array(z.object({ id: z.string(), weight: z.number() })),
    }),
  ),
  audits: z.record(
    z.string(),
    z.object({
      title: z.string(),
      score: z.number().nullable(),
      displayValue: z.string().optional(),
      errorMessage: z.string().optional(),
    }),
  ),
});
export type LighthouseResult = z.infer<typeof LighthouseResult>;

/**
 * Lets Lighthouse look at a page in a browser that runs already.
 * @throws GreenlightError PART_MISSING without the package; Error where it ends without a result that can be read
 */
export async function runLighthouse({
  url,
  port,
  categories,
  device,
}: LighthouseRequest): Promise<LighthouseResult> {
  const { default: lighthouse, desktopConfig } = await importOptional(
    'lighthouse',
    () => import('lighthouse'),
  );
  const ended = await lighthouse(
    url,
    { port, onlyCategories: [...categories], logLevel: 'silent', locale: 'en-US' },
    device === 'desktop' ? desktopConfig : undefined,
  );
  return LighthouseResult.parse(ended?.lhr);
}
