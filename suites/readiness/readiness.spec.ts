import { planOfThisRun } from '../../host/run-context.ts';
import { defineReadiness } from './define-readiness.ts';

defineReadiness(await planOfThisRun());
