/**
 * A share for people: `95 %`, `0.25 %`.
 * @param share 0 to 1
 * @param digits behind the point at most; zeros at the end are left out
 */
export function percent(share: number, digits = 2): string {
  return `${Number((share * 100).toFixed(digits))} %`;
}
