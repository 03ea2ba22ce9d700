import { type DeployKind, noScripts } from '../../lint/deploy-document.ts';

/** A rollout: its gate is the AnalysisTemplate that it names. */
export const argoRollout: DeployKind = {
  known: { by: 'object', kinds: ['Rollout'] },
  scripts: noScripts,
  hasGate: ({ root }) => /nalysis/.test(JSON.stringify(root?.value ?? null)),
  pipeline: null,
};
