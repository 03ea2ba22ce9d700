import { brokenHarness } from './broken-harness.ts';
import { comparedNothing } from './compared-nothing.ts';
import { cutShort } from './cut-short.ts';
import { flowsInTheWay, flowsOfTheTarget } from './flows.ts';
import type { HazardGroup } from './hazard.ts';
import { product } from './product.ts';
import { wrongPasses } from './wrong-passes.ts';

/** Every hazard that is tried, in the order of the page. */
export const HAZARDS: readonly HazardGroup[] = [
  wrongPasses,
  comparedNothing,
  cutShort,
  brokenHarness,
  product,
  flowsInTheWay,
  flowsOfTheTarget,
];
