import { type Document, isCollection, LineCounter, parseAllDocuments, visit } from 'yaml';
import { GreenlightError } from '../../contract/errors.ts';
import { MECHANISMS, ROUTES } from '../mechanisms/index.ts';
import type { Mechanism } from '../mechanisms/mechanism.ts';
import { shellFile } from '../mechanisms/shell/index.ts';
import type { DeployDocument, DeployKind } from './deploy-document.ts';
import { gateWords } from './gate-words.ts';
import { type Line, type Place, rootOf } from './place.ts';
import { shellScript, withoutComment } from './shell-script.ts';

const ALL: readonly Mechanism[] = Object.values(MECHANISMS);
const KINDS = ALL.flatMap(({ kinds }) => kinds);
const GATE = gateWords(ROUTES);

/** Shells that read what is looked for here; fish and csh have other words for it. */
const SHELL = /^#!.*[/ ](?:ba|da|k|z|a)?sh(?:\s|$)/;

/**
 * Reads a deploy file.
 * @param name for errors, and to tell a shell script from YAML
 * @throws GreenlightError DEPLOY_FILE_INVALID when it cannot be read, or when nothing in it is a deploy mechanism that is known:
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
      GATE,
    );
    return [{ kind: shellFile, line: 1, root: undefined, source: lines, scripts: [script], gate: GATE }];
  }
  const documents = parseYaml(name, text).flatMap(({ root, from, to }): DeployDocument[] => {
    const kind = kindOf(root);
    if (kind === undefined) return [];
    const source = lines.filter(({ line }) => line >= from && line <= to);
    const scripts = kind.scripts(root).map((script) => shellScript(script.lines, script.start, GATE));
    return [{ kind, line: root.line, root, source, scripts, gate: GATE }];
  });
  if (documents.length > 0) return documents;
  throw new GreenlightError(
    'DEPLOY_FILE_INVALID',
    `${name}: nothing in it is a deploy mechanism that lint-gate knows`,
    {
      hint: `It reads ${listed(ALL.map(({ reads }) => reads))}.`,
    },
  );
}

interface Parsed {
  readonly root: Place;
  readonly from: number;
  readonly to: number;
}

function parseYaml(name: string, text: string): readonly Parsed[] {
  const counter = new LineCounter();
  const documents = parseAllDocuments(text, { lineCounter: counter, merge: true });
  if (!Array.isArray(documents)) throw new GreenlightError('DEPLOY_FILE_INVALID', `${name} is empty`);
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
  return new GreenlightError('DEPLOY_FILE_INVALID', `${name}:${line}: this is not YAML: ${why}`);
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

function listed(names: readonly string[]): string {
  return `${names.slice(0, -1).join(', ')} and ${names.at(-1) ?? ''}`;
}

function kindOf(root: Place): DeployKind | undefined {
  const name = root.at('kind')?.text;
  if (name !== undefined && root.at('apiVersion') !== undefined) {
    return KINDS.find(({ known }) => known.by === 'object' && known.kinds.includes(name));
  }
  const fits = (by: 'keys' | 'likeness'): DeployKind | undefined =>
    KINDS.find(({ known }) => known.by === by && known.fits(root));
  // Drone has steps as well, and a kind.
  return fits('keys') ?? (name === undefined ? fits('likeness') : undefined);
}
