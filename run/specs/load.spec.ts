import { planOfThisRun } from '../../host/run-context.ts';
import { defineLoad } from '../test-entry.ts';

defineLoad(await planOfThisRun());
