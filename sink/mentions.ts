import type { StoredWebhook } from './received.ts';

/**
 * Whether a webhook holds a text, in its address or its body: as it was sent, or as it reads once the escapes of JSON and
 * of forms are gone, in which an address such as `gl-1@shop.test` may stand as `gl-1%40shop.test`.
 */
export function mentions({ path, query, headers, text }: StoredWebhook, wanted: string): boolean {
  if ([path, query, text].some((part) => part.includes(wanted))) return true;
  if (unescaped(query).includes(wanted)) return true;
  const type = headers['content-type'] ?? '';
  if (/form-urlencoded/i.test(type)) return unescaped(text).includes(wanted);
  // Where nothing is escaped, reading it again finds nothing else.
  return /json/i.test(type) && text.includes('\\') && valuesOf(text).some((value) => value.includes(wanted));
}

function unescaped(form: string): string {
  const spaced = form.replaceAll('+', ' ');
  try {
    return decodeURIComponent(spaced);
  } catch {
    return spaced;
  }
}

function valuesOf(text: string): readonly string[] {
  const found: string[] = [];
  try {
    JSON.parse(text, (_key, value: unknown) => {
      if (typeof value === 'string') found.push(value);
      return value;
    });
  } catch {
    return [text];
  }
  return found;
}
