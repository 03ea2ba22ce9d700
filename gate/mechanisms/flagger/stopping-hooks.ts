import type { Dialect } from '../../response.ts';
import { flaggerHalt } from './flagger-halt.ts';
import { flaggerWait } from './flagger-wait.ts';

/** Hooks that can stop a canary, each with its dialect. Others (`post-rollout`, `event`) decide nothing. */
export const STOPPING_HOOKS: Readonly<Record<string, Dialect>> = {
  'pre-rollout': flaggerHalt,
  rollout: flaggerHalt,
  'confirm-rollout': flaggerWait,
  'confirm-promotion': flaggerWait,
  'confirm-traffic-increase': flaggerWait,
};
