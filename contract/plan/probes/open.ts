import { z } from 'zod';
import { CheckId } from '../check-id.ts';
import type { Problem } from '../../errors.ts';
import { createsData, type Flow, unportableSteps } from '../../flow/flow.ts';
import { list, type Loose } from '../../flow/loose.ts';
import { Headers } from '../headers.ts';
import { endpointProblems } from '../host-problems.ts';
import { SecretString } from '../secret.ts';
import { Pattern } from './expectation.ts';
import { endpoint, headers, probeKind, probeSchema } from './probe-kind.ts';

const Path = z.string().startsWith('/');

/** Somebody who is let in. */
const Visitor = z
  .strictObject({
    /** How reports call them, and how `others` names them: `ada`. */
    name: z.string().min(1),
    /** Sent with every request of theirs. */
    headers: Headers.default({}),
    /** A flow of requests that logs them in on the new system. Later requests send the cookies and `headers` of it. */
    logIn: CheckId.optional(),
    /** An address that answers them with 2xx, and nobody who is not logged in: shows that their credentials work. */
    provenBy: Path.optional(),
  })
  .refine((one) => one.logIn !== undefined || one.provenBy !== undefined, {
    message: 'needs logIn or provenBy: who is not let in at all is refused everywhere',
  });
export type Visitor = z.infer<typeof Visitor>;

/** What belongs to one visitor, and what another one gets of it. */
const OthersData = z.strictObject({
  /** Its address; `{orderId}` is what the log-in of the owner captured under this name. */
  path: Path,
  /** Whose it is: a name of `visitors`. */
  owner: z.string().min(1),
  /** Who must not get it: another user, or one of another tenant. */
  other: z.string().min(1),
  /** A text that stands in the answer to the owner, such as `{email}`, and must not in that to the other. */
  marker: z.string().min(1).optional(),
});
export type OthersData = z.infer<typeof OthersData>;

const Redirect = z.strictObject({
  /** The page that sends visitors on. */
  path: Path,
  /** The parameters by which it is told where to: `next`, `returnTo`. */
  parameters: z.array(z.string().min(1)).min(1),
});

const Credentials = z.strictObject({
  /** An address that wants a user name and a password (HTTP Basic). */
  path: Path,
  /** The user name that is tried. */
  user: z.string(),
  /** The password that is tried with it; never shown. */
  password: SecretString,
});

const File = z.strictObject({
  /** Where it would be served. */
  path: Path,
  /** A regular expression that its content matches, and that of no other page does. */
  contains: Pattern,
});

/** The keys that say what is looked for; one of them at least. */
const SEARCHES = [
  'refused',
  'others',
  'errors',
  'redirects',
  'listings',
  'credentials',
  'files',
  'moreFiles',
] as const;

/** Nothing stands open that should not: asked by GET, HEAD and OPTIONS alone. It needs `allow.open`. */
export const open = probeKind({
  schema: probeSchema('open', {
    ...endpoint,
    ...headers,
    /** Addresses that must not let in whoever is not logged in: 401, 403, or the way to the log-in. */
    refused: z
      .array(
        z.union([
          Path,
          z.strictObject({
            /** The address. */
            path: Path,
            /** How it is asked. */
            method: z.enum(['GET', 'HEAD', 'OPTIONS']).default('GET'),
            /** A name of `visitors` who gets 2xx there: shows that there is something to be guarded. */
            for: z.string().min(1).optional(),
          }),
        ]),
      )
      .min(1)
      .max(500)
      .optional(),
    /** Other statuses that refuse as well, such as 404 where an address is hidden from those who may not see it. */
    refusedWith: z.array(z.number().int().min(400).max(499)).default([401, 403]),
    /** A regular expression for the address to which whoever is not logged in is sent. */
    logInAt: Pattern.default(
      'log[-_]?(?:in|on)\\b|sign[-_]?in\\b|\\bo?auth[02]?\\b|\\bauth(?:ori[sz]e|enticate)\\b|\\bsso\\b|\\bsaml2?\\b|\\bsessions?/new\\b',
    ),
    /** A regular expression that stands on the page of the log-in, where that comes with 200. */
    logInPage: Pattern.default('<input[^>]+type=["\']?password'),
    /** Who is let in. */
    visitors: z.array(Visitor).max(20).default([]),
    /** What belongs to one visitor must not be given to another. */
    others: z.array(OthersData).min(1).max(200).optional(),
    /**
     * Addresses that go wrong without a log-in, such as `/api/products/%27`: what they answer must not tell how the system
     * is made. Where a guard refuses first, no error was seen, and the answer is unknown.
     */
    errors: z.array(Path).min(1).max(100).optional(),
    /** Pages that must not send visitors to a site that somebody else chose. */
    redirects: z.array(Redirect).min(1).max(50).optional(),
    /** Folders whose content must not be listed. */
    listings: z.array(Path).min(1).max(100).optional(),
    /** User names and passwords that makers ship, and that must not let in. Only these are tried, once each. */
    credentials: z.array(Credentials).min(1).max(10).optional(),
    /** Files that must not be served: `.git`, `.env`, dumps, keys and others, known by their content. */
    files: z.literal(true).optional(),
    /** Further files. */
    moreFiles: z.array(File).min(1).max(100).optional(),
  }),
  project: 'suites',
  shows:
    'Nobody is let in where nobody should be, and errors, redirects, folders, default passwords and files give nothing away, as far as the probe looks for it.',
  fails:
    'An address answers who is not logged in, or gives one visitor what is of another; an error tells the inside; a redirect leads to any site; a folder is listed; a default password lets in; a file is served; or no answer comes, such as one that is still refused (429, 503) after waiting as told. Redirects within the site are followed: what counts is what comes at their end.',
  unknown:
    'Nothing shows that there is something to be guarded, a visitor cannot log in, an answer cannot be told from a right one, a redirect leads elsewhere, a protection service answers, the rate is limited for longer than the plan waits, or our own network is down.',
  example: {
    kind: 'open',
    id: 'nothing-stands-open',
    title: 'Nothing stands open',
    refused: ['/api/orders', '/admin'],
    errors: ['/api/products/%27'],
    redirects: [{ path: '/login', parameters: ['next'] }],
    files: true,
  },
  problems: (probe, plan, path): Problem[] => {
    const names = probe.visitors.map(({ name }) => name);
    const named: readonly (readonly [path: string, name: string])[] = [
      ...(probe.refused ?? []).flatMap((one, at) =>
        typeof one === 'string' || one.for === undefined ? [] : [[`refused[${at}].for`, one.for] as const],
      ),
      ...(probe.others ?? []).flatMap(({ owner, other }, at) => [
        [`others[${at}].owner`, owner] as const,
        [`others[${at}].other`, other] as const,
      ]),
    ];
    return [
      ...endpointProblems(
        plan,
        'open',
        probe.endpoint,
        `${path}.endpoint`,
        'it is searched for what stands open',
      ),
      ...(SEARCHES.some((key) => probe[key] !== undefined)
        ? []
        : [
            {
              path,
              value: 'nothing to look for',
              problem: 'says nothing of what must not stand open',
              remedy: `add one of: ${SEARCHES.join(', ')}`,
            },
          ]),
      ...named
        .filter(([, name]) => !names.includes(name))
        .map(([at, name]) => ({
          path: `${path}.${at}`,
          value: name,
          problem: 'is no name of visitors',
          remedy: `use one of: ${names.join(', ') || '(the probe has none)'}`,
        })),
      ...names
        .filter((name, at) => names.indexOf(name) !== at)
        .map((name) => ({
          path: `${path}.visitors`,
          value: name,
          problem: 'is the name of two visitors',
          remedy: 'give each a name of its own',
        })),
      ...(probe.others ?? []).flatMap(({ owner, other }, at) =>
        owner === other
          ? [
              {
                path: `${path}.others[${at}].other`,
                value: other,
                problem: 'is the owner',
                remedy: 'name another visitor, who must not get it',
              },
            ]
          : [],
      ),
      ...probe.visitors.flatMap(({ logIn }, at) =>
        logIn === undefined ? [] : logInProblem(plan, logIn, `${path}.visitors[${at}].logIn`),
      ),
    ];
  },
});

function logInProblem(plan: Loose, logIn: string, path: string): Problem[] {
  const flow = (list(plan['flows']) as Flow[]).find((one) => one.id === logIn);
  const problem =
    flow === undefined
      ? 'the plan has no such flow'
      : unportableSteps(flow).length > 0
        ? 'this flow has steps that are no single requests'
        : createsData(flow)
          ? 'this flow creates data, which a search for what stands open must not'
          : undefined;
  const remedy = 'name a flow of requests that logs in an account which is there already';
  return problem === undefined ? [] : [{ path, value: logIn, problem, remedy }];
}
