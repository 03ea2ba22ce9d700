/** One rule as Prometheus reads it from a file. */
export type PrometheusRule =
  | { readonly record: string; readonly expr: string; readonly labels: Labels }
  | {
      readonly alert: string;
      readonly expr: string;
      readonly for?: string;
      readonly labels: Labels;
      readonly annotations: Readonly<Record<'summary' | 'description', string>>;
    };
type Labels = Readonly<Record<string, string>>;

/** A rule file: one group for each objective, evaluated as often as the target is scraped. */
export interface RuleFile {
  readonly groups: readonly {
    readonly name: string;
    readonly interval: string;
    readonly rules: readonly PrometheusRule[];
  }[];
}
