/** What an exit code of k6 2 says. `finished` is not a pass: that takes the summary and the samples. */
export type K6Ending = { readonly finished: true } | { readonly finished: false; readonly meaning: string };

const MEANINGS: Readonly<Record<number, string>> = {
  97: 'the cloud run failed',
  98: 'the progress of the cloud run was lost',
  99: 'a threshold of k6 was crossed, although none was given',
  100: 'the set-up timed out',
  101: 'the tear-down timed out',
  102: 'k6 timed out',
  103: 'k6 was stopped through its REST interface',
  104: 'k6 refused its options',
  105: 'k6 was stopped by a signal',
  106: 'k6 could not open its REST interface',
  107: 'the script threw while it was loaded',
  108: 'the script aborted the test',
  109: 'k6 crashed',
  110: 'the script marked the test as failed',
};

/** Reads how k6 ended. No ending but 0 lets a result count, because all judging is done by us. */
export function k6Ending(code: number | null, signal: string | null): K6Ending {
  if (code === 0) return { finished: true };
  if (code === null) return { finished: false, meaning: `k6 was killed by ${signal ?? 'an unknown signal'}` };
  return { finished: false, meaning: `k6 ended with ${code}: ${MEANINGS[code] ?? 'an unknown failure'}` };
}
