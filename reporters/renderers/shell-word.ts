/** A word as a shell reads it back: nothing in it is a variable, a command or the end of the word. */
export function shellWord(word: string): string {
  return /^[\w.:+@/-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
