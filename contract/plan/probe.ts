import { z } from 'zod';
import { CheckId } from './check-id.ts';
import { Phase } from '../evidence/outcome.ts';
import { Headers } from './headers.ts';
import { SecretString } from './secret.ts';

const common = {
  id: CheckId,
  title: z.string().min(1),
  phases: z.array(Phase).min(1).default(['post-cutover']),
  endpoint: z.string().default('app'),
  budgetMs: z.number().int().positive().max(120_000).default(5000),
};

const ZodSchema = z.custom<z.ZodType>(
  (value) => typeof value === 'object' && value !== null && 'safeParse' in value,
  'must be a zod schema',
);

const Witness = z.strictObject({ path: z.string().startsWith('/'), status: z.number().int().default(200) });

/** Methods that change nothing by their definition (RFC 9110, 9.2.1). */
const SAFE_METHODS: readonly string[] = ['GET', 'HEAD', 'OPTIONS'];

const twinRequest = {
  method: z.enum(['GET', 'HEAD', 'OPTIONS', 'POST', 'PUT', 'PATCH', 'DELETE']).default('GET'),
  path: z.string().startsWith('/'),
  json: z.unknown().optional(),
  /** Why a method that may change data is harmless here, such as "a search". */
  harmlessBecause: z.string().min(1).optional(),
};

function isHarmless(request: {
  readonly method: string;
  readonly harmlessBecause?: string | undefined;
}): boolean {
  return SAFE_METHODS.includes(request.method) || request.harmlessBecause !== undefined;
}

const MAY_CHANGE_DATA = {
  message: 'both systems would get a request that may change data: say why it is harmless, or leave it out',
  path: ['harmlessBecause'],
};

/** A request that both systems get. */
const TwinRequest = z.strictObject(twinRequest).refine(isHarmless, MAY_CHANGE_DATA);
export type TwinRequest = z.infer<typeof TwinRequest>;

/** A request whose answers are compared. */
const ParityRequest = z
  .strictObject({
    ...twinRequest,
    /** What old is known to answer, where that is not success: else both refusing it proves nothing. */
    status: z.number().int().min(200).max(499).optional(),
  })
  .refine(isHarmless, MAY_CHANGE_DATA);
export type ParityRequest = z.infer<typeof ParityRequest>;

/**
 * A flow of requests that logs somebody in, on old and on new. Later requests send what it captured as `headers`, and the
 * cookies that it got.
 */
const LogIn = z.strictObject({
  /** Id of a flow of the plan that creates nothing; `check: false` keeps it from being a check itself. */
  flow: CheckId,
  /** Why old may get its requests, such as "a log-in of a test account". */
  harmlessBecause: z.string().min(1),
});
export type LogIn = z.infer<typeof LogIn>;

/** Who asks. Without headers and log-in: somebody who is not logged in. */
const Identity = z.strictObject({
  name: z.string().min(1),
  headers: Headers.default({}),
  /** Where old wants others than new; default: the same. */
  oldHeaders: Headers.optional(),
  logIn: LogIn.optional(),
});
export type Identity = z.infer<typeof Identity>;

/** Whether an identity is that of somebody who is not logged in. */
export function isNobody({ headers, logIn }: Identity): boolean {
  return Object.keys(headers).length === 0 && logIn === undefined;
}

/** Response headers that clients, caches and browsers act on. */
const COMPARED_HEADERS = [
  'content-type',
  'location',
  'cache-control',
  'content-disposition',
  'www-authenticate',
  'access-control-allow-origin',
  'strict-transport-security',
  'content-security-policy',
  'x-content-type-options',
  'x-frame-options',
  'referrer-policy',
];

/** A small check of one address, as data. */
export const Probe = z.discriminatedUnion('kind', [
  /** Each path answers with the status. */
  z.strictObject({
    ...common,
    kind: z.literal('endpoints'),
    paths: z.array(z.string().startsWith('/')).min(1),
    /** Sent with every request, besides `target.headers`. */
    headers: Headers.optional(),
    status: z.number().int().default(200),
  }),
  /** The health document has the shape, and what it claims is true: each witness works while it says so. */
  z.strictObject({
    ...common,
    kind: z.literal('health'),
    path: z.string().startsWith('/'),
    schema: ZodSchema,
    headers: Headers.optional(),
    witnesses: z.array(Witness).default([]),
    /** Shows what the document says. It may be data of customers; by default only its shape is shown. */
    showValues: z.boolean().default(false),
  }),
  /** The webhook receiver refuses what it must refuse. Sends deliveries that change nothing when they are refused. */
  z.strictObject({
    ...common,
    kind: z.literal('webhook'),
    path: z.string().startsWith('/'),
    scheme: z.enum(['stripe', 'standard-webhooks']),
    secret: SecretString,
    headers: Headers.optional(),
    /** Which deliveries to send. */
    deliveries: z
      .array(z.enum(['valid', 'wrong-secret', 'unsigned', 'stale', 'tampered']))
      .min(1)
      .default(['wrong-secret', 'unsigned', 'stale', 'tampered']),
    /** The body of the event; must be harmless even if it is accepted. */
    payload: z.record(z.string(), z.unknown()),
  }),
  /** New answers as old does: status, headers on a list, and every field of the body. Needs `target.old.urls`. */
  z.strictObject({
    ...common,
    kind: z.literal('parity'),
    requests: z.array(ParityRequest).min(1).max(500),
    /** Sent with every request. */
    headers: Headers.default({}),
    /** Where old wants others than new; default: the same. */
    oldHeaders: Headers.optional(),
    /** Who asks, where headers that are known beforehand cannot say it. */
    logIn: LogIn.optional(),
    /** Which response headers are compared; of `set-cookie` only the names of the cookies. */
    compareHeaders: z.array(z.string().toLowerCase()).default(COMPARED_HEADERS),
    /** Fields that may differ, such as `$.items[*].updatedAt`; `$` is the whole body. */
    ignore: z
      .array(
        z.strictObject({
          path: z
            .string()
            .regex(/^\$(\.[^.[\]]+|\[\*\])*$/, 'is written like $.items[*].price; * stands for every index'),
          because: z.string().min(1),
        }),
      )
      .default([]),
    /** How many times each request is asked at least; up to ten times, where differences might be chance. */
    rounds: z.number().int().min(1).max(20).default(2),
    /** Shows the values that differ. They may be data of customers; by default only their kind is shown. */
    showValues: z.boolean().default(false),
  }),
  /** Whom the routes let in: for every identity new answers in the same class of status as old. */
  z.strictObject({
    ...common,
    kind: z.literal('guards'),
    routes: z.array(TwinRequest).min(1).max(500),
    identities: z
      .array(Identity)
      .min(2)
      .refine((all) => all.some(isNobody), {
        message: 'needs one without headers and log-in: guards exist for those who are not logged in',
      })
      .refine((all) => new Set(all.map(({ name }) => name)).size === all.length, {
        message: 'needs a different name for each',
      }),
  }),
]);
export type Probe = z.infer<typeof Probe>;
export type ProbeInput = z.input<typeof Probe>;
