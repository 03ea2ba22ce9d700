import { planOfThisRun } from '../../safety/run-context.ts';
import { defineLoad } from '../index.ts';

defineLoad(await planOfThisRun());
