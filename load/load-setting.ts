import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { availableParallelism, cpus, totalmem } from 'node:os';
import { canonicalJson } from '../contract/evidence/canonical.ts';
import type { Flow } from '../contract/flow/flow.ts';
import type { LoadProfile } from '../contract/load/load-profile.ts';
import type { LoadSetting } from '../contract/load/load-setting.ts';
import { hostOf, isLoopback } from '../contract/plan/loopback.ts';

/**
 * What a result of this profile, made here, depends on.
 * @param urls of the target: one name can stand for several places, such as one of a stage and one of production
 */
export function loadSetting(
  profile: LoadProfile,
  flow: Flow | undefined,
  urls: Readonly<Record<string, string>> = {},
): LoadSetting {
  return { profile: profileDigest(profile, flow), addresses: addressesOf(urls), machine: thisMachine() };
}

function addressesOf(urls: Readonly<Record<string, string>>): string[] {
  const addresses = Object.values(urls).map((url) => {
    const host = hostOf(url);
    if (host === undefined) return url;
    return isLoopback(host) ? 'loopback' : host.nameAndPort;
  });
  return [...new Set(addresses)].sort();
}

/** Of what is sent and how much of it: another limit or title makes no other load. */
export function profileDigest(profile: LoadProfile, flow: Flow | undefined): string {
  const {
    title: _title,
    phases: _phases,
    optional: _optional,
    thresholds: _thresholds,
    triggers: _triggers,
    atPeak: _atPeak,
    minimumRequests: _minimumRequests,
    maxDrift: _maxDrift,
    baseline: _baseline,
    processes,
    ...rest
  } = profile;
  // One process is what every profile was before there could be several: baselines of then still count.
  const sent = processes === 1 ? rest : { ...rest, processes };
  return `sha256:${createHash('sha256').update(canonicalJson({ sent, flow })).digest('hex')}`;
}

function thisMachine(): LoadSetting['machine'] {
  const quota = coresOfQuota(textOf('/sys/fs/cgroup/cpu.max'));
  // Without a limit this is more than there is, or 0 where it cannot be known.
  const limit = process.constrainedMemory() || Infinity;
  return {
    cpu: cpus()[0]?.model.trim() ?? 'not known',
    cores: Math.min(availableParallelism(), quota ?? Infinity),
    memoryGiB: Math.round(Math.min(totalmem(), limit) / 2 ** 30),
    platform: `${process.platform} ${process.arch}`,
    node: process.versions.node,
  };
}

/**
 * Cores that the quota of a control group comes to, from its `cpu.max`: `150000 100000` are 1.5. A container of one core
 * and one of eight on the same host would otherwise look alike.
 * @returns undefined without a quota
 */
export function coresOfQuota(text: string | undefined): number | undefined {
  const [quota, period] = (text ?? '').trim().split(/\s+/).map(Number);
  if (quota === undefined || period === undefined || !(quota > 0) || !(period > 0)) return undefined;
  return Number((quota / period).toFixed(2));
}

function textOf(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    // No Linux, or an older kind of control groups: the quota is not known, and the host's cores stand.
    return undefined;
  }
}
