import type { DeployDocument } from './deploy-document.ts';
import type { Hit } from './hit.ts';
import type { PastKind } from './shell/ways-past.ts';

/** The places of one kind in all scripts of a document. @param found what stands there, in one sentence */
export function hitsInScripts({ scripts }: DeployDocument, kind: PastKind, found: string): readonly Hit[] {
  return scripts.flatMap(({ waysPast }) =>
    waysPast
      .filter((way) => way.kind === kind)
      .map(({ line, what }) => ({ line, found: what === undefined ? found : `${found} ${what}.` })),
  );
}
