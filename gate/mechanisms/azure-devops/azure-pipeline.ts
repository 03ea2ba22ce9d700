import type { DeployKind, ScriptSource } from '../../lint/deploy-document.ts';
import { everyMap } from '../../lint/every-map.ts';
import { isMapping } from '../../lint/is-mapping.ts';
import { documentNamesGate, namesGate } from '../../lint/names-gate.ts';
import type { Place } from '../../lint/place.ts';

/** A pipeline, or a template of stages, jobs or steps. */
export const azurePipeline: DeployKind = {
  known: { by: 'likeness', fits: isPipeline },
  scripts: azureScripts,
  hasGate: (document) =>
    documentNamesGate(document) || /InvokeRESTAPI@/.test(document.source.map((one) => one.text).join('\n')),
  pipeline: {
    repeated: (document) =>
      document.root === undefined
        ? []
        : everyMap(document.root).filter((place) => namesGate(place, document)),
    after: [],
  },
};

function isPipeline(root: Place): boolean {
  return (
    Array.isArray(root.at('jobs')?.value) ||
    hasAzureSteps(root) ||
    root.at('pool') !== undefined ||
    // GitLab has `stages` too, as a list of names.
    isMapping(root.at('stages', 0)?.value)
  );
}

const STEPS = ['script', 'bash', 'pwsh', 'powershell', 'task', 'checkout', 'template', 'download', 'publish'];

/** Other pipelines have a list of steps too, and other words in them. */
function hasAzureSteps(root: Place): boolean {
  const steps = root.at('steps')?.items ?? [];
  return steps.some((step) => STEPS.some((key) => step.at(key) !== undefined));
}

/** The exit code of the last command is all that counts. */
const LAST_COMMAND = { strict: false, pipefail: false } as const;

function azureScripts(root: Place): readonly ScriptSource[] {
  return everyMap(root).flatMap((place) =>
    ['script', 'bash', 'pwsh', 'powershell', 'inlineScript'].flatMap((key) => {
      const script = place.at(key);
      return script?.text === undefined ? [] : [{ lines: script.textLines, start: LAST_COMMAND }];
    }),
  );
}
