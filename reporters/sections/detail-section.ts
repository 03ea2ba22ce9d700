import type { DetailOf, FindingDetail } from '../../contract/evidence/detail.ts';
import type { Statement } from '../../contract/flow/statement.ts';
import type { CheckResult, Verdict } from '../../contract/verdict/verdict.ts';
import type { Markup } from '../renderers/html/markup.ts';
import type { Paint } from '../renderers/terminal/paint.ts';

/** How one kind of detail is told. Each part is pure; both are empty where the verdict has no such detail. */
export interface DetailSection<K extends FindingDetail['kind']> {
  /** Every comparison inside, for the card of a check that fails. */
  readonly statements: (detail: DetailOf<K>) => readonly Statement[];
  /** The whole, for the page. */
  readonly html: (verdict: Verdict) => Markup;
  /** The short form, for the terminal: what does not hold, and how many others do. Ends with an empty line. */
  readonly terminal: (verdict: Verdict, paint: Paint) => readonly string[];
}

/** One check with a detail of one kind. */
export interface Detailed<K extends FindingDetail['kind']> {
  readonly check: CheckResult;
  readonly detail: DetailOf<K>;
}

/** All details of one kind, in the order of the manifest. */
export function detailsOf<K extends FindingDetail['kind']>(
  verdict: Verdict,
  kind: K,
): readonly Detailed<K>[] {
  return verdict.checks.flatMap((check) =>
    check.findings.flatMap(({ detail }) =>
      detail?.kind === kind ? [{ check, detail: detail as DetailOf<K> }] : [],
    ),
  );
}
