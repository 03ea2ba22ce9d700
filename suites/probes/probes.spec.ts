import { planOfThisRun } from '../../host/run-context.ts';
import { defineProbes } from './define-probes.ts';

defineProbes(await planOfThisRun(), 'suites');
