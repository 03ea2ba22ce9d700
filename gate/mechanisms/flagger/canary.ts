import { type DeployKind, noScripts } from '../../lint/deploy-document.ts';
import { STOPPING_HOOKS } from './stopping-hooks.ts';

export const canary: DeployKind = {
  known: { by: 'object', kinds: ['Canary'] },
  scripts: noScripts,
  hasGate: ({ root }) =>
    (root?.at('spec', 'analysis', 'webhooks')?.items ?? []).some((hook) =>
      Object.hasOwn(STOPPING_HOOKS, hook.at('type')?.text ?? 'rollout'),
    ),
  pipeline: null,
};
