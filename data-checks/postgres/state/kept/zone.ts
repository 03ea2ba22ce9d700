/** Names of universal time; a server takes them in any case. */
const UNIVERSAL = /^(etc\/)?(utc|uct|gmt|gmt0|gmt[+-]0|greenwich|universal|zulu)$/i;

/** One name for all names of a time zone that always have the same time: `Etc/UTC` and `UTC`, `Asia/Calcutta` and `Asia/Kolkata`. */
export function sameZone(name: string): string {
  if (UNIVERSAL.test(name)) return 'UTC';
  // Others, such as `<+03>-3`, are no zones to JavaScript.
  if (!/^[A-Za-z_]+\/[A-Za-z_/+-]+$/.test(name)) return name;
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone;
  } catch (error) {
    if (error instanceof RangeError) return name;
    throw error;
  }
}
