import { z } from 'zod';
import { Headers } from '../plan/headers.ts';
import { SecretString } from '../plan/secret.ts';

/** Where the numbers of each scheduled run go, for a monitoring system. */
export const ExportPlan = z.strictObject({
  /** The directory that the textfile collector of node_exporter reads, seen from the folder of the plan. */
  textfile: z.string().min(1).optional(),
  /** A Pushgateway of Prometheus, for machines that are gone before anybody scrapes them. */
  pushgateway: z
    .strictObject({
      /** Base address, to which `/metrics/job/…` is added. */
      url: SecretString,
      /** Sent with every request, such as `authorization`. */
      headers: Headers.default({}),
    })
    .optional(),
});
export type ExportPlan = z.infer<typeof ExportPlan>;
