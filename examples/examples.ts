import { ilsKubernetes } from './ils-kubernetes/example.ts';
import { mhpAzure } from './mhp-azure/example.ts';
import { samiaTarot } from './samia-tarot/example.ts';
import type { AnyExample } from './system/example.ts';

/** Every plan that runs here. */
export const EXAMPLES: readonly AnyExample[] = [mhpAzure, ilsKubernetes, samiaTarot];
