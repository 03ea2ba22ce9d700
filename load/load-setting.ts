import { createHash } from 'node:crypto';
import { availableParallelism, cpus, totalmem } from 'node:os';
import { canonicalJson } from '../contract/canonical.ts';
import type { Flow } from '../contract/flow.ts';
import type { LoadProfile } from '../contract/load-profile.ts';
import type { LoadSetting } from '../contract/load-setting.ts';

/** What a result of this profile, made here, depends on. */
export function loadSetting(profile: LoadProfile, flow: Flow | undefined): LoadSetting {
  return { profile: profileDigest(profile, flow), machine: thisMachine() };
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
  return {
    cpu: cpus()[0]?.model.trim() ?? 'not known',
    cores: availableParallelism(),
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    platform: `${process.platform} ${process.arch}`,
    node: process.versions.node,
  };
}
