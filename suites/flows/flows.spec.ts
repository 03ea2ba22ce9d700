import { planOfThisRun } from '../../host/run-context.ts';
import { defineFlows } from './define-flows.ts';

defineFlows(await planOfThisRun());
