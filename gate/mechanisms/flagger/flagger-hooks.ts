import type { DeployDocument } from '../../lint/deploy-document.ts';
import type { Place } from '../../lint/place.ts';
import { canary } from './canary.ts';

export interface FlaggerHook {
  readonly type: string;
  /** Path of its address, without query; empty when it has none. */
  readonly path: string;
  readonly place: Place;
}

/** Webhooks of a Canary; none for any other document. */
export function hooksOf({ kind, root }: DeployDocument): readonly FlaggerHook[] {
  if (kind !== canary) return [];
  return (root?.at('spec', 'analysis', 'webhooks')?.items ?? []).map((place) => ({
    type: place.at('type')?.text ?? 'rollout',
    path: (place.at('url')?.text ?? '').replace(/^[a-z]+:\/\/[^/]*/i, '').replace(/[?#].*$/, ''),
    place,
  }));
}
