/** Names and roles are words that people type: blanks and capitals make no other person and no other role. */
export function plain(words: string): string {
  return words.trim().replace(/\s+/g, ' ').toLowerCase();
}
