import type { Mechanism } from './deploy-document.ts';
import type { Place } from './place.ts';
import { shellScript, type ShellScript, type ShellStart } from './shell-script.ts';

/** GitHub starts `bash -e {0}`; with `shell: bash` written down, also with pipefail. */
const GITHUB: ShellStart = { strict: true, pipefail: false };
const GITHUB_BASH: ShellStart = { strict: true, pipefail: true };
const GITLAB: ShellStart = { strict: true, pipefail: true };
/** The exit code of the last command is all that counts. */
const LAST_COMMAND: ShellStart = { strict: false, pipefail: false };

const READERS: Record<Mechanism, (root: Place) => readonly ShellScript[]> = {
  flagger: () => [],
  'argo-analysis': containerScripts,
  'argo-rollout': () => [],
  'kubernetes-job': containerScripts,
  github: githubScripts,
  gitlab: gitlabScripts,
  azure: azureScripts,
  codedeploy: () => [],
  shell: () => [],
};

/** Every piece of shell in a document. */
export function scriptsOf(mechanism: Mechanism, root: Place): readonly ShellScript[] {
  return READERS[mechanism](root);
}

function githubScripts(root: Place): readonly ShellScript[] {
  return everyMap(root).flatMap((place) => {
    const run = place.at('run');
    if (run?.text === undefined) return [];
    return [shellScript(run.textLines, githubShell(place.at('shell')?.text))];
  });
}

function githubShell(shell: string | undefined): ShellStart {
  if (shell === 'bash') return GITHUB_BASH;
  if (shell === undefined || shell === 'sh') return GITHUB;
  // One of another kind, or a command line of its own, such as `bash -eo pipefail {0}`.
  return { strict: /\s-[a-z]*e/.test(shell), pipefail: /\bpipefail\b/.test(shell) };
}

/** All commands of a job run in one shell, one after the other. */
function gitlabScripts(root: Place): readonly ShellScript[] {
  return everyMap(root).flatMap((place) =>
    ['before_script', 'script', 'after_script'].flatMap((key) => {
      const lines = flattened(place.at(key)).flatMap((item) => item.textLines);
      return lines.length === 0 ? [] : [shellScript(lines, GITLAB)];
    }),
  );
}

/** Scripts may hold lists, as an alias of a list brings them in. */
function flattened(place: Place | undefined): readonly Place[] {
  return (place?.items ?? []).flatMap((item) => (item.text === undefined ? flattened(item) : [item]));
}

function azureScripts(root: Place): readonly ShellScript[] {
  return everyMap(root).flatMap((place) =>
    ['script', 'bash', 'pwsh', 'powershell', 'inlineScript'].flatMap((key) => {
      const script = place.at(key);
      return script?.text === undefined ? [] : [shellScript(script.textLines, LAST_COMMAND)];
    }),
  );
}

/** `sh -c <script>`; a container that starts the program itself has no shell that could lose its exit code. */
function containerScripts(root: Place): readonly ShellScript[] {
  return everyMap(root).flatMap((place) => {
    const words = [...(place.at('command')?.items ?? []), ...(place.at('args')?.items ?? [])];
    const at = words.findIndex((word) => /^-[a-z]*c$/.test(word.text ?? ''));
    const script = words[at + 1];
    if (at === -1 || script === undefined) return [];
    const strict = words.slice(0, at + 1).some((word) => /^-[a-z]*e/.test(word.text ?? ''));
    return [shellScript(script.textLines, { strict, pipefail: false })];
  });
}

/** A mapping and every mapping below it. */
export function everyMap(place: Place): readonly Place[] {
  const below = [...place.entries.map(([, value]) => value), ...listItems(place)];
  return [...(place.entries.length > 0 ? [place] : []), ...below.flatMap(everyMap)];
}

function listItems(place: Place): readonly Place[] {
  return Array.isArray(place.value) ? place.items : [];
}
