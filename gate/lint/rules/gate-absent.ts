import type { DeployDocument, Mechanism } from '../deploy-document.ts';
import type { Rule } from '../rule.ts';

/** Hooks of Flagger that can stop a canary; the others only tell. */
const STOPPING = [
  'pre-rollout',
  'rollout',
  'confirm-rollout',
  'confirm-promotion',
  'confirm-traffic-increase',
];

const PRESENT: Record<Mechanism, (document: DeployDocument) => boolean> = {
  flagger: ({ root }) =>
    (root?.at('spec', 'analysis', 'webhooks')?.items ?? []).some((hook) =>
      STOPPING.includes(hook.at('type')?.text ?? 'rollout'),
    ),
  'argo-analysis': ({ root }) => (root?.at('spec', 'metrics')?.items ?? []).length > 0,
  // Its gate is the AnalysisTemplate that it names.
  'argo-rollout': ({ root }) => /nalysis/.test(JSON.stringify(root?.value ?? null)),
  'kubernetes-job': namesGreenlight,
  github: namesGreenlight,
  gitlab: namesGreenlight,
  azure: (document) =>
    namesGreenlight(document) || /InvokeRESTAPI@/.test(document.source.map((one) => one.text).join('\n')),
  // Its scripts are files of their own.
  codedeploy: ({ root }) =>
    /ValidateService|After|Before/.test(JSON.stringify(root?.at('hooks')?.value ?? null)),
  shell: namesGreenlight,
};

export const gateAbsent: Rule = {
  id: 'gate-absent',
  remedy: 'Run Greenlight here, or ask its gate, before traffic moves on; docs/deploy has a complete file.',
  find: (document) =>
    PRESENT[document.mechanism](document)
      ? []
      : [{ line: document.line, found: 'Nothing here can stop a deploy.' }],
};

function namesGreenlight({ source }: DeployDocument): boolean {
  return source.some(({ text }) => /greenlight|\/v1\/(?:verdict|argo|azure)\b/i.test(text));
}
