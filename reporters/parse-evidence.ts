import { GreenlightError, type Problem } from '../contract/errors.ts';
import { Evidence } from '../contract/evidence/evidence.ts';
import { pathText } from '../contract/plan/plan.ts';
import { shown } from '../contract/flow/statement.ts';

/** More than these are not read by anyone. */
const MOST_PROBLEMS = 20;

/**
 * Checks evidence completely.
 * @param input the text of an evidence file, or what JSON.parse made of it
 * @param name where it came from, for the error
 * @throws GreenlightError `EVIDENCE_INVALID` that lists the problems
 */
export function parseEvidence(input: unknown, name = 'evidence'): Evidence {
  const value = typeof input === 'string' ? parseJson(input, name) : input;
  const schema = schemaOf(value);
  if (schema !== undefined && schema !== Evidence.shape.schema.value) {
    // Everything else would be wrong too, and says less.
    throw invalid(name, 'it is something else', [
      {
        path: 'schema',
        value: schema,
        problem: `is not ${Evidence.shape.schema.value}`,
        remedy: schema.startsWith('greenlight/evidence@')
          ? 'judge it with the version that wrote it'
          : 'name the evidence.json of the run',
      },
    ]);
  }
  const parsed = Evidence.safeParse(value);
  if (!parsed.success) {
    const problems = parsed.error.issues.slice(0, MOST_PROBLEMS).map((issue): Problem => {
      const found = shown(valueAt(value, issue.path));
      return {
        path: pathText(issue.path) || '(evidence)',
        value: String(found),
        problem: issue.message,
        remedy: 'run again',
      };
    });
    throw invalid(name, `${parsed.error.issues.length} problems`, problems);
  }
  const doubled = firstDoubled(parsed.data.manifest.map((check) => check.id));
  if (doubled !== undefined) throw invalid(name, `its manifest names ${doubled} twice`);
  return parsed.data;
}

function schemaOf(value: unknown): string | undefined {
  const schema = typeof value === 'object' && value !== null && 'schema' in value ? value.schema : undefined;
  return typeof schema === 'string' ? schema : undefined;
}

function parseJson(text: string, name: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw invalid(name, text.trim() === '' ? 'it is empty' : 'it is not JSON', [], cause);
  }
}

function invalid(
  name: string,
  message: string,
  problems: readonly Problem[] = [],
  cause?: unknown,
): GreenlightError {
  return new GreenlightError('EVIDENCE_INVALID', `${name}: ${message}`, {
    problems,
    ...(cause === undefined ? {} : { cause }),
  });
}

function firstDoubled(ids: readonly string[]): string | undefined {
  const seen = new Set<string>();
  return ids.find((id) => seen.size === seen.add(id).size);
}

function valueAt(value: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (at, key) =>
      typeof at === 'object' && at !== null ? (at as Record<PropertyKey, unknown>)[key] : undefined,
    value,
  );
}
