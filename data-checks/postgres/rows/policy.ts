import type { ColumnPolicy } from '../../../contract/plan/table-mapping.ts';

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
