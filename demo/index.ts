/** The embedded demo: what the command line needs of it. */
export { bootDemo, type BootOptions, type Demo } from './boot.ts';
export type { DemoFault } from './faults.ts';
