/** How one column may differ and still count as equal. Everything not named here is compared exactly. */
export interface ColumnPolicy {
  /** Moments are compared to this precision: cut off, or rounded as a cast does. */
  readonly moments?: { readonly to: 'second' | 'millisecond'; readonly by: 'truncate' | 'round' };
  /** Blanks at the end, or at both ends, of a text do not count. */
  readonly trim?: 'end' | 'both';
  /** Numbers are rounded to this many decimals, or compared by value whatever their scale. */
  readonly scale?: number | 'any';
  /** ASCII letters are compared without case. */
  readonly letterCase?: 'ignore';
  /** JSON is compared as a document: order of keys, white space and repeated keys do not count. */
  readonly json?: 'document';
  /** NULL and this text count as the same. */
  readonly nullIs?: string;
}

/** What a policy gives up, in words for the verdict. */
export function policyText(policy: ColumnPolicy): string[] {
  return [
    policy.moments &&
      `moments ${policy.moments.by === 'truncate' ? 'cut off' : 'rounded'} to the ${policy.moments.to}`,
    policy.trim && `blanks at ${policy.trim === 'end' ? 'the end' : 'both ends'} ignored`,
    policy.scale !== undefined &&
      (policy.scale === 'any'
        ? 'numbers by value, whatever their scale'
        : `numbers rounded to ${policy.scale} decimals`),
    policy.letterCase && 'ASCII letter case ignored',
    policy.json && 'JSON as a document',
    policy.nullIs !== undefined && `NULL counts as ${JSON.stringify(policy.nullIs)}`,
  ].filter((text): text is string => typeof text === 'string');
}
