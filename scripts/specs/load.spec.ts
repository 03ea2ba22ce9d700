import { planOfThisRun } from '../../safety/run-context.ts';
import { defineLoad } from '../test-entry.ts';

defineLoad(await planOfThisRun());
