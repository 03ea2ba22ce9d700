/** What loads a transpiler into a process, by the names of those that are known. */
const TRANSPILER = /\b(?:tsx|ts-node|swc|esbuild|sucrase|jiti|babel|tsimp)\b/i;
/** Hooks into the loading of modules, of which Playwright has its own. */
const LOADERS: ReadonlySet<string> = new Set(['--loader', '--experimental-loader']);
const PRELOADS: ReadonlySet<string> = new Set(['--import', '--require', '-r']);
/** A debugger of the process that starts Playwright: its port is taken, and with -brk nobody would let Playwright go on. */
const DEBUGGER = /^--inspect(?:-|=|$)|^--debug-port(?:=|$)/;

/**
 * NODE_OPTIONS as Playwright may have it: limits and certificates of the user reach the checks, what would load a second
 * transpiler into its processes or wait for a debugger does not.
 * @returns undefined when nothing is left
 */
export function nodeOptionsForPlaywright(options: string | undefined): string | undefined {
  const words = wordsOf(options ?? '');
  const kept: string[] = [];
  for (let at = 0; at < words.length; at++) {
    const word = words[at] ?? '';
    const [written = '', inline] = splitOnce(bare(word));
    // Node takes both ways to write it.
    const name = written.replaceAll('_', '-');
    const next = words[at + 1];
    const takesNext =
      LOADERS.has(name) || PRELOADS.has(name) || (DEBUGGER.test(name) && next?.startsWith('-') === false);
    const value = takesNext && inline === undefined ? next : undefined;
    if (value !== undefined) at++;
    if (DEBUGGER.test(name) || LOADERS.has(name)) continue;
    if (PRELOADS.has(name) && TRANSPILER.test(inline ?? value ?? '')) continue;
    kept.push(word, ...(value === undefined ? [] : [value]));
  }
  return kept.length === 0 ? undefined : kept.join(' ');
}

/** As Node takes it apart: at spaces, but not within double quotes, in which a backslash takes the next character as it is. */
function wordsOf(options: string): readonly string[] {
  return options.match(/(?:"(?:\\.|[^"\\])*"|[^\s"])+/g) ?? [];
}

function bare(word: string): string {
  return word.replaceAll('"', '');
}

function splitOnce(word: string): readonly [string, string?] {
  const at = word.indexOf('=');
  return at < 0 ? [word] : [word.slice(0, at), word.slice(at + 1)];
}
