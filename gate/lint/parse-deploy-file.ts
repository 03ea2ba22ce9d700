import { type Document, isCollection, LineCounter, parseAllDocuments, visit } from 'yaml';
import { GreenlightError } from '../../contract/errors.ts';
import type { DeployDocument, Mechanism } from './deploy-document.ts';
import { type Line, type Place, rootOf } from './place.ts';
import { scriptsOf } from './scripts-of.ts';
import { shellScript, withoutComment } from './shell-script.ts';

/** Shells that read what is looked for here; fish and csh have other words for it. */
const SHELL = /^#!.*[/ ](?:ba|da|k|z|a)?sh(?:\s|$)/;

/**
 * Reads a deploy file.
 * @param name for errors, and to tell a shell script from YAML
 * @throws GreenlightError USAGE when it cannot be read, or when nothing in it is a deploy mechanism that is known:
 *   a file that was not looked at must not pass for a clean one
 */
export function parseDeployFile(name: string, text: string): readonly DeployDocument[] {
  const lines = text.split('\n').map((one, index): Line => ({ line: index + 1, text: withoutComment(one) }));
  if (/\.(sh|bash)$/.test(name) || SHELL.test(text)) {
    const script = shellScript(
      text.split('\n').map((one, index) => ({ line: index + 1, text: one })),
      {
        strict: false,
        pipefail: false,
      },
    );
    return [{ mechanism: 'shell', line: 1, root: undefined, source: lines, scripts: [script] }];
  }
  const documents = parseYaml(name, text).flatMap(({ root, from, to }): DeployDocument[] => {
    const mechanism = mechanismOf(root);
    if (mechanism === undefined) return [];
    const source = lines.filter(({ line }) => line >= from && line <= to);
    return [{ mechanism, line: root.line, root, source, scripts: scriptsOf(mechanism, root) }];
  });
  if (documents.length > 0) return documents;
  throw new GreenlightError('USAGE', `${name}: nothing in it is a deploy mechanism that lint-gate knows`, {
    hint: 'It reads Flagger Canaries, Argo Rollouts and AnalysisTemplates, Kubernetes Jobs and CronJobs, GitHub workflows and actions, GitLab CI, Azure pipelines, CodeDeploy appspecs and shell scripts.',
  });
}

interface Parsed {
  readonly root: Place;
  readonly from: number;
  readonly to: number;
}

function parseYaml(name: string, text: string): readonly Parsed[] {
  const counter = new LineCounter();
  const documents = parseAllDocuments(text, { lineCounter: counter, merge: true });
  if (!Array.isArray(documents)) throw new GreenlightError('USAGE', `${name} is empty`);
  return documents.flatMap((document) => {
    const error = document.errors[0];
    if (error !== undefined) {
      const line = error.linePos?.[0].line ?? 1;
      throw notYaml(name, line, error.message.split('\n')[0] ?? '');
    }
    const lineAt = (offset: number): number => counter.linePos(offset).line;
    const template = offsetOfTemplate(document);
    if (template !== undefined) throw notYaml(name, lineAt(template), 'a mapping stands for a name');
    const root = rootOf(document, counter);
    const [from, , to] = document.range;
    return root === undefined ? [] : unwrapped({ root, from: lineAt(from), to: lineAt(to) });
  });
}

function notYaml(name: string, line: number, why: string): GreenlightError {
  return new GreenlightError('USAGE', `${name}:${line}: this is not YAML: ${why}`, {
    hint: 'A template has to be rendered first, for example with `helm template` or `kustomize build`.',
  });
}

/** `{{ .Values.limit }}` without quotes happens to be YAML: a mapping whose key is a mapping. */
function offsetOfTemplate(document: Document.Parsed): number | undefined {
  let found: number | undefined;
  visit(document, {
    Pair(_key, { key }) {
      if (!isCollection(key)) return undefined;
      found = key.range?.[0] ?? 0;
      return visit.BREAK;
    },
  });
  return found;
}

/** What `kubectl get -o yaml` writes holds several objects in one document. */
function unwrapped(parsed: Parsed): readonly Parsed[] {
  const items = /List$/.test(parsed.root.at('kind')?.text ?? '') ? parsed.root.at('items')?.items : undefined;
  if (items === undefined) return [parsed];
  return items.map((root, index) => {
    const next = items[index + 1];
    return { root, from: root.line, to: next === undefined ? parsed.to : Math.max(root.line, next.line - 1) };
  });
}

const KINDS: Readonly<Record<string, Mechanism>> = {
  Canary: 'flagger',
  AnalysisTemplate: 'argo-analysis',
  ClusterAnalysisTemplate: 'argo-analysis',
  AnalysisRun: 'argo-analysis',
  Rollout: 'argo-rollout',
  Job: 'kubernetes-job',
  CronJob: 'kubernetes-job',
};

function mechanismOf(root: Place): Mechanism | undefined {
  const kind = root.at('kind')?.text;
  if (kind !== undefined && root.at('apiVersion') !== undefined) {
    return Object.hasOwn(KINDS, kind) ? KINDS[kind] : undefined;
  }
  const has = (...path: readonly string[]): boolean => root.at(...path) !== undefined;
  const jobs = root.at('jobs')?.value;
  if (has('runs', 'using') || (has('on') && isMapping(jobs))) return 'github';
  if (has('version') && has('hooks')) return 'codedeploy';
  // Drone has steps as well, and a kind.
  if (kind !== undefined) return undefined;
  // GitLab has `stages` too, as a list of names.
  if (Array.isArray(jobs) || hasAzureSteps(root) || has('pool') || isMapping(root.at('stages', 0)?.value))
    return 'azure';
  const hasScript = root.entries.some(([, job]) => job.at('script') !== undefined);
  return hasScript || has('include') ? 'gitlab' : undefined;
}

const AZURE_STEPS = [
  'script',
  'bash',
  'pwsh',
  'powershell',
  'task',
  'checkout',
  'template',
  'download',
  'publish',
];

/** Other pipelines have a list of steps too, and other words in them. */
function hasAzureSteps(root: Place): boolean {
  const steps = root.at('steps')?.items ?? [];
  return steps.some((step) => AZURE_STEPS.some((key) => step.at(key) !== undefined));
}

function isMapping(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
