import { planOfThisRun } from '../../safety/run-context.ts';
import { defineReadiness } from './define-readiness.ts';

defineReadiness(await planOfThisRun());
