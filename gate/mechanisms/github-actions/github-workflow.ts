import type { DeployKind, ScriptSource } from '../../lint/deploy-document.ts';
import { everyMap } from '../../lint/every-map.ts';
import { isMapping } from '../../lint/is-mapping.ts';
import { documentNamesGate } from '../../lint/names-gate.ts';
import type { Place } from '../../lint/place.ts';
import type { ShellStart } from '../../lint/shell-script.ts';

/** A workflow, or an action. */
export const githubWorkflow: DeployKind = {
  known: {
    by: 'keys',
    fits: (root) =>
      root.at('runs', 'using') !== undefined ||
      (root.at('on') !== undefined && isMapping(root.at('jobs')?.value)),
  },
  scripts: githubScripts,
  hasGate: documentNamesGate,
  pipeline: { repeated: () => [], after: [] },
};

/** GitHub starts `bash -e {0}`; with `shell: bash` written down, also with pipefail. */
const GITHUB: ShellStart = { strict: true, pipefail: false };
const GITHUB_BASH: ShellStart = { strict: true, pipefail: true };

function githubScripts(root: Place): readonly ScriptSource[] {
  return everyMap(root).flatMap((place) => {
    const run = place.at('run');
    if (run?.text === undefined) return [];
    return [{ lines: run.textLines, start: githubShell(place.at('shell')?.text) }];
  });
}

function githubShell(shell: string | undefined): ShellStart {
  if (shell === 'bash') return GITHUB_BASH;
  if (shell === undefined || shell === 'sh') return GITHUB;
  // One of another kind, or a command line of its own, such as `bash -eo pipefail {0}`.
  return { strict: /\s-[a-z]*e/.test(shell), pipefail: /\bpipefail\b/.test(shell) };
}
