import type { Asker } from './asker.ts';

/** Pages of the target that answered with 200, by their paths. */
export interface Pages {
  readonly paths: readonly string[];
  /** Where they were named: `/sitemap.xml`. */
  readonly from: string | undefined;
  readonly robots: boolean;
}

/** Pages that are asked for, and so become one probe. */
const MOST_PAGES = 5;
const MOST_SITEMAPS = 2;

/** Finds a handful of pages by robots.txt and the sitemap. What robots.txt asks to be left alone is. */
export async function findPages(asker: Asker, base: string, isNothing: IsNothing): Promise<Pages> {
  const robots = await textAt(asker, `${base}/robots.txt`, isNothing);
  const rules = robotsRules(robots ?? '');
  const named = rules.sitemaps.map((url) => onTarget(url, base)).filter((url) => url !== undefined);
  const queue = named.length > 0 ? named : [`${base}/sitemap.xml`];
  for (let read = 0; read < MOST_SITEMAPS && queue.length > 0; read += 1) {
    const url = queue.shift() ?? '';
    const text = await textAt(asker, url, isNothing);
    if (text === undefined || !/<(urlset|sitemapindex)\b/.test(text)) continue;
    const places = [...text.matchAll(/<loc>\s*([^<]+?)\s*<\/loc>/g)].map(([, place = '']) =>
      unescaped(place),
    );
    if (/<sitemapindex\b/.test(text)) {
      queue.unshift(...places.slice(0, 1).flatMap((place) => onTarget(place, base) ?? []));
      continue;
    }
    const paths = unlike(
      places
        .flatMap((place) => pathOf(place, base) ?? [])
        .filter((path) => path !== '/' && !rules.disallowed(path)),
    );
    const there: string[] = [];
    for (const path of paths.slice(0, MOST_PAGES)) {
      const asked = await asker.get(`${base}${path}`);
      if ('answer' in asked && asked.answer.status === 200) there.push(path);
    }
    return { paths: there, from: new URL(url).pathname, robots: robots !== undefined };
  }
  return { paths: [], from: undefined, robots: robots !== undefined };
}

/** Whether an answer is what this target says to a path that it does not have: some answer 200 to everything. */
export type IsNothing = (answer: { readonly status: number; readonly text?: string }) => boolean;

async function textAt(asker: Asker, url: string, isNothing: IsNothing): Promise<string | undefined> {
  const asked = await asker.get(url);
  if ('none' in asked || asked.answer.status !== 200 || isNothing(asked.answer)) return undefined;
  return asked.answer.text ?? '';
}

/** What robots.txt says to everybody. */
export function robotsRules(text: string): {
  readonly sitemaps: readonly string[];
  readonly disallowed: (path: string) => boolean;
} {
  const sitemaps: string[] = [];
  const rules: { readonly prefix: string; readonly allowed: boolean }[] = [];
  let agents: string[] = [];
  let open = false;
  for (const line of text.split(/\r?\n/)) {
    const match = /^\s*([A-Za-z-]+)\s*:\s*([^#]*)/.exec(line);
    const [, field = '', raw = ''] = match ?? [];
    const value = raw.trim();
    switch (field.toLowerCase()) {
      case 'sitemap':
        sitemaps.push(value);
        break;
      case 'user-agent':
        agents = open ? [...agents, value] : [value];
        open = true;
        break;
      case 'allow':
      case 'disallow':
        open = false;
        if (agents.includes('*') && value !== '')
          rules.push({ prefix: value, allowed: field.toLowerCase() === 'allow' });
        break;
    }
  }
  return {
    sitemaps,
    disallowed: (path) => {
      const [longest] = rules
        .filter(({ prefix }) => patternOf(prefix).test(path))
        .sort((a, b) => b.prefix.length - a.prefix.length);
      return longest?.allowed === false;
    },
  };
}

/** RFC 9309: a prefix, in which * stands for any text and $ for the end. */
function patternOf(prefix: string): RegExp {
  const end = prefix.endsWith('$');
  const body = (end ? prefix.slice(0, -1) : prefix)
    .split('*')
    .map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'))
    .join('.*');
  return new RegExp(`^${body}${end ? '$' : ''}`);
}

/** Sitemaps name the host of production; the target that is asked may be another. */
function onTarget(place: string, base: string): string | undefined {
  const path = pathOf(place, base);
  return path === undefined ? undefined : `${base}${path}`;
}

/** The path below the target's address; undefined for what lies beside it. */
function pathOf(place: string, base: string): string | undefined {
  if (!URL.canParse(place, `${base}/`)) return undefined;
  const { pathname, search } = new URL(place, `${base}/`);
  const below = new URL(`${base}/`).pathname.replace(/\/$/, '');
  if (!pathname.startsWith(`${below}/`)) return below === '' || pathname !== below ? undefined : '/';
  return `${pathname.slice(below.length)}${search}`;
}

/** Pages of different kinds first: of a thousand products, one says as much as five. */
function unlike(paths: readonly string[]): readonly string[] {
  const first = new Map<string, string>();
  const others: string[] = [];
  for (const path of new Set(paths)) {
    const kind = path.split('/')[1] ?? '';
    if (first.has(kind)) others.push(path);
    else first.set(kind, path);
  }
  return [...first.values(), ...others];
}

function unescaped(text: string): string {
  return text
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&quot;', '"')
    .replaceAll('&apos;', "'")
    .replaceAll('&amp;', '&');
}
