/** Load: what the specs of a plan register, and the engines that `doctor` looks at. */
export { defineLoad } from './define.ts';
export { loadEngines } from './engines/index.ts';
