import type { ResponseView } from '../../contract/flow/http.ts';
import { NOT_THERE, textOf } from './refusal.ts';

/** Where an answer sends a browser: the host. */
export function leadsTo(came: ResponseView, from: string): string | undefined {
  const refresh = /^\s*[\d.]+\s*[;,]\s*url\s*=\s*['"]?([^'"]+)/i;
  const meta =
    /<meta[^>]+http-equiv=["']?refresh["']?[^>]*content=["']\s*[\d.]+\s*[;,]\s*url=\s*['"]?([^"'>]+)/i;
  const to =
    (came.status >= 300 && came.status < 400 ? came.headers['location'] : undefined) ??
    refresh.exec(came.headers['refresh'] ?? '')?.[1] ??
    meta.exec(textOf(came))?.[1];
  return to !== undefined && URL.canParse(to, from) ? new URL(to, from).hostname : undefined;
}

/** Whether a page is behind an answer. */
export function isThere({ status }: ResponseView): boolean {
  return !NOT_THERE.includes(status) && status < 500;
}

/** Whether two addresses differ in nothing but scheme, `www.` and a slash at the end. */
export function isSamePlace(one: string, other: string): boolean {
  const place = (url: string): string => {
    const { hostname, pathname, search } = new URL(url);
    return hostname.replace(/^www\./, '') + pathname.replace(/\/$/, '') + search;
  };
  return place(one) === place(other);
}

/** Whether an address is the asked one, or lies below it: whoever is sent there has got what was asked for. */
export function isBelow(asked: string, at: string): boolean {
  const [from, to] = [new URL(asked), new URL(at)];
  const folder = `${from.pathname.replace(/\/$/, '')}/`;
  return isSamePlace(asked, at) || (folder !== '/' && to.pathname.startsWith(folder));
}

export function withoutQuery(location = 'nowhere'): string {
  return location.replace(/[?#].*$/s, '');
}
