const MOST = 400;

/** Text as it may stand in a header, a log line or an event: printable, on one line, and short. */
export function oneLine(text: string, most = MOST): string {
  const flat = text.replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]+/g, ' ').trim();
  return flat.length <= most ? flat : `${flat.slice(0, most - 1)}…`;
}
