import type { ResponseView } from '../../contract/flow/http.ts';
import { atLeast, atMost, holds, type Statement } from '../../contract/flow/statement.ts';
import type { Probe } from '../../contract/plan/probe.ts';
import { hasDirective, policiesIn } from './content-security-policy.ts';
import { type Directive, directiveOf, splitOutsideQuotes, wholeNumber } from './header-values.ts';

type HeadersProbe = Extract<Probe, { kind: 'headers' }>;
type Headers = ResponseView['headers'];
type Wanted<K extends keyof HeadersProbe> = Exclude<NonNullable<HeadersProbe[K]>, false>;

/** What the headers of one answer say against what the plan wants, each as browsers read it. */
export function headerStatements(probe: HeadersProbe, path: string, headers: Headers): readonly Statement[] {
  const { hsts, csp, nosniff, frames, referrerPolicy, cacheControl, ageAtMost } = probe;
  return [
    ...(hsts === false ? [] : hstsStatements(hsts, headers['strict-transport-security'])),
    ...(csp === false ? [] : cspStatements(csp, headers)),
    ...(nosniff ? [nosniffStatement(headers['x-content-type-options'])] : []),
    ...(frames ? [framesStatement(headers)] : []),
    ...(referrerPolicy === false ? [] : [referrerStatement(referrerPolicy, headers['referrer-policy'])]),
    ...(cacheControl === undefined ? [] : cacheStatements(cacheControl, headers['cache-control'])),
    ...(ageAtMost === undefined ? [] : [ageStatement(ageAtMost, headers['age'])]),
  ].map((statement) => ({ ...statement, name: `${statement.name} of ${path}` }));
}

/** Of several headers the first counts, and one that has a directive twice is no header at all (RFC 6797, 6.1 and 8.1). */
function hstsStatements(
  { maxAge, includeSubDomains, preload }: Wanted<'hsts'>,
  header: string | undefined,
): readonly Statement[] {
  const what = 'strict-transport-security';
  const directives = hstsOf(header);
  const seconds = wholeNumber(directives?.find((one) => one.name === 'max-age')?.value);
  if (directives === undefined || seconds === undefined)
    return [holds(what, false, header ?? 'nothing', `max-age >= ${maxAge}`)];
  const has = (flag: string): Statement =>
    holds(
      `${what}: ${flag}`,
      directives.some((one) => one.name === flag.toLowerCase()),
      header,
      flag,
    );
  return [
    atLeast(`${what}: max-age`, seconds, maxAge, 's'),
    ...(includeSubDomains ? [has('includeSubDomains')] : []),
    ...(preload ? [has('preload')] : []),
  ];
}

function hstsOf(header: string | undefined): readonly Directive[] | undefined {
  // What came in several headers was joined with commas; a comma in a single one makes browsers ignore it.
  const [first, ...others] = splitOutsideQuotes(header ?? '', ',');
  if (first === undefined || others.some((one) => !/\bmax-age\b/i.test(one))) return undefined;
  const directives = splitOutsideQuotes(first, ';').map(directiveOf);
  const twice = new Set(directives.map(({ name }) => name)).size < directives.length;
  return twice ? undefined : directives;
}

function cspStatements({ directives }: Wanted<'csp'>, headers: Headers): readonly Statement[] {
  const what = 'content-security-policy';
  const header = headers[what];
  const policies = policiesIn(header);
  const only = headers[`${what}-report-only`] === undefined ? 'nothing' : 'one that only reports';
  return [
    holds(what, policies.length > 0, header ?? only, 'a policy'),
    ...directives.map((wanted) =>
      holds(`${what}: ${wanted.split(' ')[0]}`, hasDirective(policies, wanted), header ?? only, wanted),
    ),
  ];
}

/** The first value alone counts (Fetch, "determine nosniff"). */
function nosniffStatement(header: string | undefined): Statement {
  const first = (header ?? '').split(',')[0]?.trim().toLowerCase();
  return holds('x-content-type-options', first === 'nosniff', header ?? 'nothing', 'nosniff');
}

/** Where a policy says `frame-ancestors`, browsers do not look at the older header (HTML, 7.6). */
function framesStatement(headers: Headers): Statement {
  const what = 'who may frame the page';
  const expected = 'frame-ancestors without *, or x-frame-options DENY or SAMEORIGIN';
  const ancestors = policiesIn(headers['content-security-policy']).flatMap((policy) => {
    const sources = policy.get('frame-ancestors');
    return sources === undefined ? [] : [sources];
  });
  if (ancestors.length > 0) {
    // All policies hold at once, so the narrowest decides.
    const narrow = ancestors.some((sources) => sources.every((one) => !ANYBODY.test(one)));
    const measured = ancestors.map((sources) => `frame-ancestors ${sources.join(' ')}`).join(', ');
    return holds(what, narrow, measured, expected);
  }
  const header = headers['x-frame-options'];
  const values = new Set((header ?? '').split(',').map((one) => one.trim().toLowerCase()));
  const [value = ''] = values;
  // Several that differ forbid all framing, as long as one of them means something.
  const ok = values.size === 1 ? FRAME_WORDS.includes(value) : FRAME_WORDS.some((word) => values.has(word));
  return holds(what, ok, header === undefined ? 'everybody' : `x-frame-options ${header}`, expected);
}

/** `*`, `https:`, `https://*`: no host is named. */
const ANYBODY = /^(?:[a-z][a-z\d+.-]*:(?:\/\/)?)?\*?(?::(?:\d+|\*))?$/;
const FRAME_WORDS: readonly string[] = ['deny', 'sameorigin'];

/** The words of all browsers, of which the last that is known counts (Referrer Policy, 8.1). */
const REFERRER_WORDS: readonly string[] = [
  'no-referrer',
  'no-referrer-when-downgrade',
  'same-origin',
  'origin',
  'strict-origin',
  'origin-when-cross-origin',
  'strict-origin-when-cross-origin',
  'unsafe-url',
];

function referrerStatement(allowed: readonly string[], header: string | undefined): Statement {
  const words = (header ?? '').split(',').map((one) => one.trim().toLowerCase());
  const counts = words.filter((one) => REFERRER_WORDS.includes(one)).at(-1);
  const ok = counts !== undefined && allowed.includes(counts);
  return holds('referrer-policy', ok, header ?? 'nothing', allowed.join(' or '));
}

function cacheStatements(wanted: Wanted<'cacheControl'>, header: string | undefined): readonly Statement[] {
  const what = 'cache-control';
  const directives = splitOutsideQuotes(header ?? '', ',').map(directiveOf);
  const has = (word: string): boolean =>
    directives.some((one) => {
      const { name: directive, value } = directiveOf(word);
      return one.name === directive && (value === undefined || one.value?.toLowerCase() === value);
    });
  const measured = header ?? 'nothing';
  // Of several the first counts (RFC 9111, 4.2.1).
  const age = wholeNumber(directives.find((one) => one.name === 'max-age')?.value);
  const limited = (judge: typeof atMost, limit: number | undefined): readonly Statement[] => {
    if (limit === undefined) return [];
    if (age !== undefined) return [judge(`${what}: max-age`, age, limit, 's')];
    return [holds(`${what}: max-age`, false, measured, 'max-age')];
  };
  return [
    ...wanted.with.map((word) => holds(`${what}: ${word}`, has(word), measured, word)),
    ...wanted.without.map((word) => holds(`${what}: no ${word}`, !has(word), measured, `no ${word}`)),
    ...limited(atLeast, wanted.maxAgeAtLeast),
    ...limited(atMost, wanted.maxAgeAtMost),
  ];
}

/** An answer that says no age did not come out of a cache (RFC 9111, 5.1); of several the first counts. */
function ageStatement(most: number, header: string | undefined): Statement {
  if (header === undefined) return holds('age', true, 'nothing', `<= ${most}`);
  const age = wholeNumber(header.split(',')[0]?.trim());
  return age === undefined ? holds('age', false, header, `<= ${most}`) : atMost('age', age, most, 's');
}
