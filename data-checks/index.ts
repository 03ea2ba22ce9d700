/** Old against new: what the specs of a plan register. */
export { defineDataChecks } from './define.ts';
