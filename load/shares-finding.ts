import { canonicalJson } from '../contract/evidence/canonical.ts';
import type { Finding, FindingDetail } from '../contract/evidence/finding.ts';
import type { LoadProfile } from '../contract/load/load-profile.ts';
import type { LoadResult } from '../contract/load/load-result.ts';
import type { LoadSetting } from '../contract/load/load-setting.ts';
import type { Segment } from '../contract/evidence/shard.ts';
import type { ControlAnswer } from '../safety/ask-control.ts';
import { loadFinding } from './load-finding.ts';
import { mergeResults } from './merge-results.ts';
import { notTogetherPercent } from './simultaneous-shares.ts';

/** The cause of a finding that is one share of a load. */
export const ONE_SHARE = 'one-share';

/** What one share of a load came to. */
export interface LoadShare {
  readonly segment: Segment;
  /** The whole load, of which this is a share. */
  readonly profile: LoadProfile;
  readonly result: LoadResult;
  readonly control: ControlAnswer;
  /** Not known where nobody saw the machine. */
  readonly setting?: LoadSetting;
}

/**
 * One share of a load as a finding. It is unknown, whatever was measured: a third of the load proves nothing about the
 * whole of it, and an error rate of one share is not that of all of them.
 */
export function shareFinding({ segment, profile, result, control, setting }: LoadShare): Finding {
  const { index, of } = segment;
  return {
    check: profile.id,
    outcome: 'unknown',
    cause: ONE_SHARE,
    summary: `Share ${index} of ${of} made ${result.requests} requests; \`greenlight merge\` judges all shares together`,
    sampleSize: result.requests,
    detail: {
      kind: 'load',
      result,
      statements: [],
      ...(setting === undefined ? {} : { setting }),
      share: { index, of, profile, control },
    },
  };
}

/**
 * Judges all shares of one load together. Pure. Histograms are merged and seconds are added, percentiles never; what is
 * missing, doubled or not of this load makes the answer unknown, by name.
 * @param findings what each share recorded, in the order of the shares; undefined for one that recorded nothing
 */
export function sharesFinding(check: string, findings: readonly (Finding | undefined)[]): Finding {
  const samples = findings.reduce((sum, finding) => sum + (finding?.sampleSize ?? 0), 0);
  const unknown = (cause: string, summary: string, remedy: string): Finding => ({
    check,
    outcome: 'unknown',
    cause,
    summary,
    remedy,
    sampleSize: samples,
  });
  const of = findings.length;
  const shares = findings.map(shareOf);
  const silent = shares.findIndex((share) => share === undefined);
  if (silent !== -1) {
    const said = findings[silent]?.summary ?? 'it recorded nothing';
    const remedy = findings[silent]?.remedy ?? 'look at the log of that share, and run all shares again';
    return unknown('share-missing', `Share ${silent + 1} of ${of} has no result: ${said}`, remedy);
  }
  const all = shares.filter((share) => share !== undefined);
  const [first] = all;
  if (first === undefined) return unknown('share-missing', 'There is no share', 'run all shares');
  const foreign = all.findIndex(
    (share, index) =>
      share.index !== index + 1 ||
      share.of !== of ||
      canonicalJson(share.profile) !== canonicalJson(first.profile),
  );
  if (foreign !== -1) {
    return unknown(
      'share-foreign',
      `What stands for share ${foreign + 1} of ${of} is another share, or one of another load`,
      'run all shares again from one commit',
    );
  }
  return mergedFinding(first.profile, all, unknown);
}

type Share = NonNullable<Extract<FindingDetail, { kind: 'load' }>['share']> & {
  readonly result: LoadResult;
};

function shareOf(finding: Finding | undefined): Share | undefined {
  const { detail } = finding ?? {};
  return detail?.kind === 'load' && detail.share !== undefined
    ? { ...detail.share, result: detail.result }
    : undefined;
}

function mergedFinding(
  profile: LoadProfile,
  shares: readonly Share[],
  unknown: (cause: string, summary: string, remedy: string) => Finding,
): Finding {
  const results = shares.map(({ result, index, of }) => ({
    ...result,
    faults: result.faults.map((fault) => `share ${index} of ${of}: ${fault}`),
  }));
  const away = shares.filter(({ result }) => result.unreachable !== undefined);
  if (away.length > 0 && away.length < shares.length) {
    const names = away.map(({ index }) => index).join(', ');
    return unknown(
      'share-unreachable',
      `From share ${names} of ${shares.length} the target could not be reached (${away[0]?.result.unreachable ?? ''}), but from the others it could`,
      'repair the network of that machine and run all shares again',
    );
  }
  if (away.length === 0 && results.every(({ faults }) => faults.length === 0)) {
    const percent = notTogetherPercent(results);
    if (percent !== undefined) {
      return unknown(
        'shares-not-together',
        `All shares made load at the same time for only ${percent} % of it, so the target never saw all of it`,
        'start all shares with the same --start-at, late enough for the slowest of them',
      );
    }
  }
  let merged: LoadResult;
  try {
    merged = mergeResults(results, 'at-once');
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return unknown('share-foreign', why, 'use one version of the engine everywhere');
  }
  return loadFinding({ profile, result: merged, control: worstControl(shares) });
}

/** Where one machine's own network was down, its errors are not the target's. */
function worstControl(shares: readonly Share[]): ControlAnswer {
  const answers = shares.map(({ control }) => control);
  if (answers.includes('silent')) return 'silent';
  return answers.includes('answers') ? 'answers' : 'not-asked';
}
