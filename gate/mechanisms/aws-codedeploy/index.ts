import { type DeployKind, noScripts } from '../../lint/deploy-document.ts';
import type { Mechanism } from '../mechanism.ts';

/** Its scripts are files of their own. */
const appspec: DeployKind = {
  known: {
    by: 'keys',
    fits: (root) => root.at('version') !== undefined && root.at('hooks') !== undefined,
  },
  scripts: noScripts,
  hasGate: ({ root }) =>
    /ValidateService|After|Before/.test(JSON.stringify(root?.at('hooks')?.value ?? null)),
  pipeline: null,
};

export const awsCodeDeploy: Mechanism = {
  title: 'AWS CodeDeploy',
  hears: 'exit code of a hook script',
  routes: [],
  reads: 'CodeDeploy appspecs',
  kinds: [appspec],
  rules: [],
};
