import { containerScripts } from '../../lint/container-scripts.ts';
import type { DeployKind } from '../../lint/deploy-document.ts';
import { documentNamesGate } from '../../lint/names-gate.ts';
import type { Mechanism } from '../mechanism.ts';
import { jobBackoffLimit } from './job-backoff-limit.ts';
import { jobNotNew } from './job-not-new.ts';
import { jobRestartPolicy } from './job-restart-policy.ts';

const job: DeployKind = {
  known: { by: 'object', kinds: ['Job', 'CronJob'] },
  scripts: containerScripts,
  hasGate: documentNamesGate,
  pipeline: null,
  jobSpecs: (root) => {
    const spec = root.at('spec', 'jobTemplate', 'spec') ?? root.at('spec');
    return spec === undefined ? [] : [spec];
  },
  mergesElsewhere: true,
};

export const kubernetesJob: Mechanism = {
  title: 'Kubernetes Job',
  hears: 'exit code',
  routes: [],
  reads: 'Kubernetes Jobs and CronJobs',
  kinds: [job],
  rules: [jobBackoffLimit, jobNotNew, jobRestartPolicy],
};
