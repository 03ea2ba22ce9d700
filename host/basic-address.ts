/**
 * An address without its user and password, and the header that says them: `fetch` refuses an address with a password, and
 * repeats it in its error. Without a slash at its end.
 */
export function basicAddress(text: string): {
  readonly address: string;
  readonly headers: Readonly<Record<string, string>>;
} {
  const url = new URL(text);
  const given = [url.username, url.password].map((part) => decodeURIComponent(part)).join(':');
  [url.username, url.password] = ['', ''];
  const address = url.href.replace(/\/+$/, '');
  if (given === ':') return { address, headers: {} };
  return { address, headers: { authorization: `Basic ${Buffer.from(given).toString('base64')}` } };
}
