import { planOfThisRun } from '../../safety/run-context.ts';
import { defineFlows } from './define-flows.ts';

defineFlows(await planOfThisRun());
