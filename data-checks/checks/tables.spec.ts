import { planOfThisRun } from '../../safety/run-context.ts';
import { defineDataChecks } from '../index.ts';

defineDataChecks(await planOfThisRun());
