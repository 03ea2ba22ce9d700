import { z } from 'zod';
import { Level } from './level.ts';

/** What people are told, in parts that every channel lays out in its own way. Nothing in it is secret. */
export const Notice = z.object({
  /** Stable: the same message again, after a restart or from elsewhere, has the same key. */
  key: z.string(),
  /** What opening and resolving of one incident share. */
  incident: z.string(),
  /** `told`: news that nobody resolves. `test`: nothing is broken. */
  what: z.enum(['opened', 'raised', 'resolved', 'told', 'test']),
  level: Level,
  kind: z.string(),
  /** The target. */
  target: z.string(),
  /** The check, or in one word what it is about. */
  about: z.string(),
  /** One line: what happened. */
  headline: z.string(),
  /** One sentence more. */
  summary: z.string(),
  /** What else there is to know, in the order in which it is read. */
  facts: z.array(z.object({ name: z.string(), value: z.string() })),
  runbook: z.string().optional(),
  report: z.string().optional(),
  /** When it opened, and when this happened (ISO). */
  openedAt: z.string(),
  at: z.string(),
});
export type Notice = z.infer<typeof Notice>;
