import { inQuery } from '../../route.ts';
import type { Mechanism } from '../mechanism.ts';
import { azureCheck } from './azure-check.ts';
import { azureContinueOnError } from './azure-continue-on-error.ts';
import { azureMissingSuccessCriteria } from './azure-missing-success-criteria.ts';
import { azurePipeline } from './azure-pipeline.ts';

export const azureDevOps: Mechanism = {
  title: 'Azure DevOps, slot swap',
  hears: 'exit code, or gate (asked, or calling back)',
  routes: [{ path: '/v1/azure', methods: ['GET', 'POST'], question: inQuery, dialect: azureCheck }],
  reads: 'Azure pipelines',
  kinds: [azurePipeline],
  rules: [azureContinueOnError, azureMissingSuccessCriteria],
};
