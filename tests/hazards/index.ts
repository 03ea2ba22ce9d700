import { brokenHarness } from './broken-harness.ts';
import { comparedNothing } from './compared-nothing.ts';
import { cutShort } from './cut-short.ts';
import { flowsInTheWay, flowsOfTheTarget } from './flows.ts';
import type { HazardGroup } from './hazard.ts';
import { leftBehind } from './left-behind.ts';
import { product } from './product.ts';
import { twoDatabases } from './two-databases.ts';
import { underLoad } from './under-load.ts';
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
  twoDatabases,
  underLoad,
  leftBehind,
];
