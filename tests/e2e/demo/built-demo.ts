import type * as Boot from '../../../demo/boot.ts';
import { DIST } from '../../installed.ts';

/** As it is built: from source, each process of the shops would transpile everything that it reads. */
export const { bootDemo } = (await import(`${DIST}/demo/boot.js`)) as typeof Boot;
