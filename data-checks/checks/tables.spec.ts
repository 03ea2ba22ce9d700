import { planOfThisRun } from '../../host/run-context.ts';
import { defineDataChecks } from '../index.ts';

defineDataChecks(await planOfThisRun());
