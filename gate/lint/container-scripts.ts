import type { ScriptSource } from './deploy-document.ts';
import { everyMap } from './every-map.ts';
import type { Place } from './place.ts';

/** `sh -c <script>`; a container that starts the program itself has no shell that could lose its exit code. */
export function containerScripts(root: Place): readonly ScriptSource[] {
  return everyMap(root).flatMap((place) => {
    const words = [...(place.at('command')?.items ?? []), ...(place.at('args')?.items ?? [])];
    const at = words.findIndex((word) => /^-[a-z]*c$/.test(word.text ?? ''));
    const script = words[at + 1];
    if (at === -1 || script === undefined) return [];
    const strict = words.slice(0, at + 1).some((word) => /^-[a-z]*e/.test(word.text ?? ''));
    return [{ lines: script.textLines, start: { strict, pipefail: false } }];
  });
}
