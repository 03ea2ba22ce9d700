import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { Phase } from '../../contract/evidence/outcome.ts';

/** One statement of a cut-over document. */
export interface DocumentStatement {
  readonly id: string;
  readonly document: string;
  readonly line: number;
  readonly phase: Phase;
  readonly text: string;
}

/** Phases as the table of statements calls them. */
const PHASES: Readonly<Record<string, Phase>> = {
  pre: 'preflight',
  cutover: 'cutover',
  canary: 'canary',
  post: 'post-cutover',
  watch: 'watch',
  syn: 'synthetic',
  rollback: 'rollback',
};

/** The statements of one document, in its order. @throws for a table that is not right */
export function statementsOf(document: string): readonly DocumentStatement[] {
  const file = path.join(import.meta.dirname, '..', 'statements.tsv');
  const [, ...lines] = readFileSync(file, 'utf8').trimEnd().split('\n');
  return lines
    .map((line) => {
      const [id = '', of = '', at = '', phaseWord = '', text = ''] = line.split('\t');
      const phase = PHASES[phaseWord];
      if (phase === undefined || text === '') throw new Error(`statements.tsv: cannot read "${line}"`);
      return { id, document: of, line: Number(at), phase, text };
    })
    .filter((statement) => statement.document === document);
}
